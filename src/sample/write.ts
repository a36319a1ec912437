import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { generateSample } from './generate.ts';
import type { SampleOptions } from './options.ts';
import { feeds } from './simulation.ts';
import type { GroundTruth } from './truth.ts';

export interface WrittenSample {
  /** The telemetry folder: NDJSON files, one a feed, and nothing else. */
  readonly telemetry: string;
  readonly files: readonly string[];
  /** The truth file, outside the telemetry folder so that nobody reads it as telemetry. */
  readonly truthFile: string;
  readonly truth: GroundTruth;
  readonly events: number;
  readonly bytes: number;
}

const bufferSize = 1 << 20;

/**
 * Writes a sample to `dir`: `dir/telemetry/<feed>.ndjson` and `dir/truth.json`. Files there are overwritten. Throws
 * `SAMPLE_OPTION_INVALID`, and what the file system throws.
 */
export function writeSample(dir: string, options: SampleOptions = {}): WrittenSample {
  const sample = generateSample(options);
  const telemetry = join(dir, 'telemetry');
  mkdirSync(telemetry, { recursive: true });
  const open = new Map(
    feeds.map((feed) => [`${feed}.ndjson`, { file: openSync(join(telemetry, `${feed}.ndjson`), 'w'), text: '' }]),
  );
  let events = 0;
  let bytes = 0;
  const flush = (out: { file: number; text: string }): void => {
    bytes += writeAll(out.file, Buffer.from(out.text));
    out.text = '';
  };
  try {
    for (const { file, line } of sample.lines) {
      const out = open.get(file);
      if (out === undefined) continue;
      events++;
      out.text += line;
      out.text += '\n';
      if (out.text.length > bufferSize) flush(out);
    }
    for (const out of open.values()) flush(out);
  } finally {
    for (const out of open.values()) closeSync(out.file);
  }
  const truth = sample.truth();
  const truthFile = join(dir, 'truth.json');
  writeFileSync(truthFile, `${JSON.stringify(truth, undefined, 2)}\n`);
  return { telemetry, files: [...open.keys()].map((name) => join(telemetry, name)), truthFile, truth, events, bytes };
}

function writeAll(file: number, data: Uint8Array): number {
  let done = 0;
  while (done < data.length) done += writeSync(file, data, done);
  return done;
}
