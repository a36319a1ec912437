import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { levels } from '../../src/contracts/detection.ts';
import type { JsonObject, SourceEvent } from '../../src/contracts/event.ts';
import { createDetecting } from '../../src/detect/index.ts';
import { lensOf } from '../../src/lenses/index.ts';
import { compileRules } from '../../src/sigma/index.ts';

const shared = join(import.meta.dirname, '../../../shared/data');
const { engine } = compileRules([]);
const BATCH = 5000;

function eventOf(record: JsonObject, line: number): SourceEvent {
  const lens = lensOf(record);
  const time = lens.time(record);
  return {
    id: `e${line}`,
    record,
    lens,
    origin: lens.origin(record),
    time: time ?? 0,
    timeSuspect: time === undefined,
    file: 'f',
    line,
    bytes: 0,
  };
}

/** What is wrong with what an alert became, in words; nothing where all is right. */
function wrongIn(events: readonly SourceEvent[], detecting: ReturnType<typeof createDetecting>): string[] {
  const found = detecting.push(events);
  const wrong = found.length === events.length ? [] : [`${events.length} alerts are ${found.length} detections`];
  for (const [place, { detector, entities, fields, timeSuspect }] of found.entries()) {
    const lens = events[place]?.lens.name ?? '';
    if (lens === 'generic') wrong.push('read by the generic lens');
    if (timeSuspect === true) wrong.push(`${lens}: without a time`);
    if (detector.title === '' || detector.kind !== 'vendor' || !levels.includes(detector.level))
      wrong.push(detector.id);
    if (fields[0]?.selection !== 'vendor' || fields[0].value === '') wrong.push(`${detector.id}: without a severity`);
    // An attack sequence of GuardDuty's own samples names nobody but in its text.
    if (entities.length === 0 && !detector.id.includes('AttackSequence')) wrong.push(`${detector.id}: about nothing`);
  }
  return wrong;
}

describe.runIf(existsSync(shared))('alerts that other products wrote', () => {
  test.each([
    ['fox', 473_104],
    ['russellmitchell', 45_544],
    ['santos', 130_779],
    ['wilson', 634_246],
  ])('every row of the AIT alert table of %s is a detection about a host', { timeout: 120_000 }, (network, rows) => {
    const text = gunzipSync(readFileSync(join(shared, `alerts/ait-ads/${network}_alerts.csv.gz`))).toString('utf8');
    const detecting = createDetecting(engine, 't');
    const wrong = new Set<string>();
    const detectors = new Set<string>();
    let line = 0;
    let batch: SourceEvent[] = [];
    const flush = (): void => {
      for (const problem of wrongIn(batch, detecting)) wrong.add(problem);
      batch = [];
    };
    for (let from = text.indexOf('\n') + 1; from < text.length; ) {
      const end = text.indexOf('\n', from);
      // The labels in the last two columns stay out.
      const [time, name, ip, host, short] = text.slice(from, end < 0 ? text.length : end).split(',');
      const event = eventOf({ time, name, ip, host, short }, ++line);
      if (event.lens.activity(event.record).host === undefined) wrong.add(`${host}: no host`);
      detectors.add(`${short}`);
      batch.push(event);
      if (batch.length === BATCH) flush();
      from = end < 0 ? text.length : end + 1;
    }
    flush();
    console.log(`${network}: ${line} alerts of ${detectors.size} types`);
    expect([...wrong]).toEqual([]);
    expect(line).toBe(rows);
  });

  test('every GuardDuty finding of the public rule tests is a detection of its severity', () => {
    const lines = gunzipSync(readFileSync(join(shared, 'cloud_samples_panther/AWS.GuardDuty.ndjson.gz')))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { severity: string; event: JsonObject });
    const events = lines.map(({ event }, place) => eventOf(event, place));
    expect(new Set(events.map(({ lens }) => lens.name))).toEqual(new Set(['guardduty']));
    const detecting = createDetecting(engine, 't');
    expect(wrongIn(events, detecting)).toEqual([]);
    // The rule that each is a test of asks for the finding's severity by name.
    expect(detecting.push(events).map(({ detector }) => detector.level)).toEqual(
      lines.map(({ severity }) => severity.toLowerCase()),
    );
    expect(events.length).toBeGreaterThan(0);
  });
});

test.runIf(!existsSync(shared))('shared alerts are absent: their checks did not run', () => {
  console.log(`no ${shared}: the lenses were not tried on alerts that other products wrote`);
});
