import { describe, expect, it } from 'vitest';
import { at } from '../../test/support/events.ts';
import { Detection } from '../contracts/detection.ts';
import type { JsonObject, SourceEvent } from '../contracts/event.ts';
import { stableId } from '../kernel/ids.ts';
import { lensOf } from '../lenses/index.ts';
import { compileRules } from '../sigma/index.ts';
import { createDetecting } from './index.ts';

const rule =
  'title: Sensor saw a beacon\nid: 6c0a3c1e-0000-4000-8000-000000000009\nlevel: medium\nlogsource: {product: suricata, service: alert}\ndetection: {s: {alert.signature|contains: beacon}, condition: s}\n';

function detecting(text = rule) {
  const { engine, problems } = compileRules([{ file: 'r.yml', text }]);
  expect(problems).toEqual([]);
  return createDetecting(engine, 't');
}

const alert = { signature_id: 42, rev: 3, gid: 1, signature: 'LOCAL beacon', severity: 1 };
const eve = {
  timestamp: '2026-01-05T09:00:00Z',
  event_type: 'alert',
  flow_id: 1,
  src_ip: '10.20.0.9',
  dest_ip: '198.51.100.8',
  alert: { ...alert, metadata: { mitre_technique_id: ['T1685.002', 'T1562.008'] } },
};

function eventOf(id: string, record: JsonObject): SourceEvent {
  const lens = lensOf(record);
  const origin = lens.origin(record);
  return { id, record, lens, origin, time: at(0), timeSuspect: false, file: 'f', line: 1, bytes: 0 };
}

const only = (record: JsonObject) => {
  const [first, ...others] = detecting()
    .push([eventOf('e', record)])
    .filter(({ detector }) => detector.kind === 'vendor');
  expect(others).toEqual([]);
  if (first === undefined) throw new Error('no detection');
  return first;
};

describe('an alert of another product', () => {
  it('is a detection by itself, beside a rule of ours that matches it, with the severity as the vendor wrote it', () => {
    const found = detecting().push([eventOf('e', eve)]);
    expect(found.map(({ detector }) => detector.kind)).toEqual(['sigma', 'vendor']);
    const told = found[1];
    expect(Detection.parse(told)).toEqual(told);
    expect(told).toMatchObject({
      tenant: 't',
      events: ['e'],
      at: at(0),
      fields: [{ selection: 'vendor', field: 'severity', value: '1', pattern: 'suricata' }],
      entities: [
        { kind: 'address', value: '10.20.0.9' },
        { kind: 'address', value: '198.51.100.8' },
      ],
      // ATT&CK as the product speaks it: version 19's number is the one beside it.
      detector: { id: 'vendor:suricata:42', title: 'LOCAL beacon', level: 'high', techniques: ['T1562.008'] },
    });
    const { id = '', version = '' } = told?.detector ?? {};
    expect(told?.id).toBe(stableId('detection', 't', id, version, 'e'));
    expect(detecting().push([eventOf('e', eve)])[1]).toEqual(told);
  });

  it('needs no rule, and a plain event of the same product is none', () => {
    const { alert: _, ...flow } = eve;
    const found = detecting().push([
      eventOf('a', { ...eve, alert: { ...alert, signature: 'LOCAL scan' } }),
      eventOf('b', { ...flow, event_type: 'flow' }),
    ]);
    expect(found.map(({ detector, events }) => [detector.title, events])).toEqual([['LOCAL scan', ['a']]]);
  });

  it('is a version of its rule by its edition, not by what may differ from case to case', () => {
    const version = (change: JsonObject) => only({ ...eve, alert: { ...alert, ...change } }).detector.version;
    for (const change of [
      { signature: 'LOCAL beacon of ws7' },
      { severity: 2 },
      { metadata: { mitre_tactic_id: ['TA0011'] } },
    ])
      expect([change, version(change)]).toEqual([change, version({})]);
    for (const change of [{ rev: 4 }, { signature_id: 43 }])
      expect([change, version(change)]).not.toEqual([change, version({})]);
    expect(only({ ...eve, alert: { ...alert, signature: 'other', severity: 2 } }).detector).toMatchObject({
      title: 'other',
      level: 'medium',
    });
  });

  it('of a product that numbers no editions is a version by what is the rule’s own', () => {
    const wazuh = {
      timestamp: '2026-01-05T09:00:00Z',
      agent: { id: '7', name: 'db01' },
      rule: { id: '5763', level: 10, description: 'x', mitre: { id: ['T1110'] } },
    };
    const version = (change: JsonObject) => only({ ...wazuh, rule: { ...wazuh.rule, ...change } }).detector.version;
    expect(version({ description: 'x from 203.0.113.9' })).toBe(version({}));
    expect(version({ level: 12 })).not.toBe(version({}));
    expect(version({ mitre: { id: ['T1078'] } })).not.toBe(version({}));
  });

  it('keeps no more of a hostile record than a line, and never two rules as one', () => {
    const long = `\u202E\n${'x'.repeat(100_000)}`;
    const detection = only({ ...eve, alert: { signature_id: long, signature: long, severity: long } });
    expect(Detection.parse(detection)).toEqual(detection);
    const { detector, fields } = detection;
    expect(detector.id.length).toBeLessThan(220);
    for (const text of [detector.id, detector.title, fields[0]?.value ?? '']) {
      expect(text.length).toBeLessThanOrEqual(301);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(only({ ...eve, alert: { ...alert, signature_id: `${long}y` } }).detector.id).not.toBe(detector.id);
  });

  it('stays one detection an event in a flood, all of one detector', () => {
    const events = Array.from({ length: 20_000 }, (_, i) => eventOf(`e${i}`, { ...eve, alert, flow_id: i }));
    const found = detecting(rule.replace('contains: beacon', 'contains: nothing')).push(events);
    expect(new Set(found.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(found.map(({ detector }) => detector)).size).toBe(1);
  });

  it('of ever new rules is described rightly past what is kept', () => {
    const run = detecting();
    for (let i = 0; i < 10_000; i++) {
      const [found] = run.push([eventOf('e', { ...eve, alert: { ...alert, signature: `s${i}`, signature_id: i } })]);
      expect(found?.detector.id).toBe(`vendor:suricata:${i}`);
    }
  });
});
