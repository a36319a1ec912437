import { expect, test } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { Detection } from '../../src/contracts/detection.ts';
import type { SourceEvent } from '../../src/contracts/event.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { Upkeep } from '../../src/detect/index.ts';
import { eventOf } from '../../src/ingest/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';

const MINUTE = 60_000;
const DAY = 1440;
const START = Date.UTC(2026, 10, 23);
const STOP = 8 * DAY;
const text =
  'title: P\nid: 6c0a3c1e-0000-4000-8000-00000000000e\nlogsource: {product: windows, category: process_creation}\n' +
  'detection: {s: {CommandLine|contains: odd}, condition: s}\n';
const { engine } = compileRules([{ file: 'p.yml', text }]);
const group = '["process_start","windows","","process_creation"]';

type Sends = (minute: number) => boolean;

/** Nine days of minutes: what the watch finds missing of the sources `a` and `b`. */
function found(
  sends: Readonly<Record<string, Sends>>,
  filled: Sends = () => true,
  lensOf: (minute: number) => string = () => 'l',
) {
  const upkeep = new Upkeep((origin) => engine.fieldsFor(origin));
  const detections: Detection[] = [];
  for (let minute = 0; minute < STOP + DAY; minute += 1) {
    const receivedAt = START + minute * MINUTE;
    for (const [source, isSending] of Object.entries(sends)) {
      if (!isSending(minute)) continue;
      const samples = [{ group, events: 4, filled: filled(minute) ? { CommandLine: 4 } : {} }];
      upkeep.take({
        sequence: 0,
        id: '',
        kind: upkeep.kind,
        tenant: 't',
        body: { receivedAt, source, lens: lensOf(minute), minutes: [[receivedAt / MINUTE, 1]], samples },
      });
    }
    detections.push(...upkeep.advance(receivedAt + 2 * MINUTE).map(({ detection }) => detection));
  }
  return detections;
}

function findingsOf(detections: readonly Detection[], events: readonly SourceEvent[] = []): readonly Finding[] {
  const lake = new MemoryLake();
  lake.add(events);
  const pipeline = createPipeline({ tenant: 't', engine, lake, playbooks: loadPlaybooks() });
  pipeline.take(detections);
  return pipeline.settle().surfaced;
}

/** An event of a source, so many minutes before it stopped. */
function before(minutes: number, source: string, record: Readonly<Record<string, unknown>>): SourceEvent {
  const time = START + (STOP - 1 - minutes) * MINUTE;
  const raw = JSON.stringify({ '@timestamp': new Date(time).toISOString(), Computer: 'dc1', ...record });
  const event = eventOf({ id: `${source}${minutes}`, time, source, raw });
  if (event === undefined) throw new Error('no event');
  return event;
}

const always: Sends = () => true;
const untilStop: Sends = (minute) => minute < STOP;
const logon = { EventID: 4624, Channel: 'Security', TargetUserName: 'mia', LogonType: 2 };
const cleared = { EventID: 1102, Channel: 'Security', SubjectUserName: 'mia' };

const answers = (finding: Finding | undefined) =>
  Object.fromEntries(finding?.investigation.steps.map(({ tool, answer }) => [tool, answer]) ?? []);

test('a source that fell silent is told with since when, the rules that are blind and what to do, and asked no question about processes', () => {
  const [finding, ...more] = findingsOf(found({ a: untilStop, b: always }), [before(1, 'a', logon)]);
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ title: 'Source a fell silent', family: 'telemetry-gap' });
  expect(finding?.investigation).toMatchObject({ playbook: 'telemetry-gap', openQuestions: [] });
  const said = answers(finding);
  expect(Object.keys(said)).toEqual(['telemetry-gap', 'blind-rules', 'last-heard', 'technique-context']);
  expect(said['telemetry-gap']).toMatch(
    /since 2026-11-30T23:59Z.*last heard 2026-11-30T23:59Z.*Look whether the sender runs/,
  );
  expect(said['blind-rules']).toBe('windows/process_creation: at least 1 loaded rule read what it sent.');
  expect(finding?.recommendation).toMatchObject({ disposition: 'benign', actions: [] });
  expect(finding?.recommendation.notChecked.join()).toContain('another source cover');
  expect(finding?.recommendation.against[0]).toContain('Look whether the sender runs');
});

test('one whose last events wipe a log is a threat, by the events that show it; those of another source say nothing of it', () => {
  const detections = found({ a: untilStop, b: always });
  const [finding] = findingsOf(detections, [before(3, 'a', logon), before(1, 'a', cleared)]);
  expect(answers(finding)['last-heard']).toContain('an event log was cleared (dc1)');
  expect(finding?.investigation.steps.find(({ tool }) => tool === 'last-heard')?.evidence).toEqual(['a1']);
  expect(finding?.recommendation.disposition).toBe('threat');
  expect(finding?.techniques).toEqual(['T1070.001']);
  for (const elsewhere of [before(1, 'b', cleared), before(60, 'a', cleared)]) {
    const [other] = findingsOf(detections, [elsewhere]);
    expect(other?.recommendation.disposition).toBe('benign');
    expect(other?.investigation.openQuestions.join()).toContain('Was recording switched off');
  }
});

test('a field that is not filled any more is told with the rules that look at it', () => {
  const [finding, ...more] = findingsOf(found({ a: always }, untilStop));
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ title: 'Source a no longer fills CommandLine', family: 'telemetry-gap' });
  expect(answers(finding)['blind-rules']).toBe('CommandLine: 1 loaded rule looked at it in windows/process_creation.');
  expect(answers(finding)['telemetry-gap']).toMatch(/filled in 100 % of .*give the field its old name/);
  expect(finding?.recommendation.disposition).toBe('benign');
});

test('records that come in another shape, and a silence of everything, have words of their own', () => {
  const [shape] = findingsOf(found({ a: always }, always, (minute) => (minute < STOP ? 'winlogbeat7' : 'generic')));
  expect(shape?.title).toBe('Source a no longer sends records read as winlogbeat7');
  expect(answers(shape)['blind-rules']).toContain('at least 1 loaded rule');
  expect(shape?.recommendation.disposition).toBe('benign');
  const [all] = findingsOf(found({ a: untilStop, b: untilStop }));
  expect(all).toMatchObject({ title: 'All sources fell silent at once', family: 'telemetry-gap' });
  expect(answers(all)['blind-rules']).toContain('All of them');
  expect(answers(all)['telemetry-gap']).toContain('our own side first');
  expect(all?.recommendation.disposition).toBe('benign');
});
