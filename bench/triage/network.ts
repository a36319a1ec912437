import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Detection } from '../../src/contracts/detection.ts';
import type { SourceEvent } from '../../src/contracts/event.ts';
import { createMatching } from '../../src/detect/index.ts';
import { eventOf } from '../../src/ingest/index.ts';
import { compileRules } from '../../src/sigma/index.ts';

export const networks = ['fox', 'russellmitchell', 'santos', 'wilson'] as const;

/** One alert as a detection, with the truth about it, which nothing but the measuring sees. */
export interface LabelledAlert {
  readonly event: SourceEvent;
  readonly detection: Detection;
  /** `event_label`; undefined where no attack event is behind it. */
  readonly phase: string | undefined;
  readonly host: string;
  readonly type: string;
}

/** What differs in a record's text is its label too: it must not be seen. */
const SEEN = 5;

/**
 * Alerts of one network in time order, read through the lens and the matching that every other product's alerts go through. Rows have five fields
 * that are looked at, and two labels that are put aside.
 */
export function* alertsOf(data: string, network: string): Generator<LabelledAlert> {
  const text = gunzipSync(readFileSync(join(data, 'alerts/ait-ads', `${network}_alerts.csv.gz`))).toString('utf8');
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.split(',');
  const rows = lines.map((line) => line.split(',')).map((row, line) => ({ row, line, time: Number(row[0]) }));
  rows.sort((a, b) => a.time - b.time || a.line - b.line);
  const match = createMatching(compileRules([]).engine, network);
  for (const { row, line, time } of rows) {
    if (row.length !== names.length)
      throw new Error(`${network}, line ${line + 2}: ${row.length} fields instead of ${names.length}`);
    const record = Object.fromEntries(names.slice(0, SEEN).map((name, at) => [name, row[at]]));
    const raw = JSON.stringify({ ...record, time });
    const event = eventOf({ id: `${network}-${line}`, time: time * 1000, source: 'alerts', raw });
    const detection = event === undefined ? undefined : match(event)?.detections[0];
    if (event === undefined || detection === undefined)
      throw new Error(`${network}, line ${line + 2}: no detection came of ${raw}`);
    const label = row[6] ?? '-';
    yield { event, detection, phase: label === '-' ? undefined : label, host: row[3] ?? '', type: row[4] ?? '' };
  }
}
