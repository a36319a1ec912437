import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { utf16 } from '../../../../../test/support/evtx.ts';
import { compareWithReference } from '../../../../../test/support/evtx-reference.ts';

const data = '../shared/data/sigma/regression_data';
const absent = !existsSync(data);
if (absent) console.log(`skipped: event logs against the JSON that came with them: ${data} is not there`);

/** The instant to the microsecond, where a text is one. */
const micros = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\d*Z$/, '$1Z') : value;

describe.skipIf(absent)('real event logs and the JSON that came with them', () => {
  test('every event, every field; where they differ, the log itself does not have what the JSON says', () => {
    const files = globSync('**/*.evtx', { cwd: data }).sort();
    const { equal, events, differing } = compareWithReference(data, files);
    console.log(`${equal} of ${files.length} event logs, ${events} events: read as their JSON has it, field for field`);
    for (const { file, path, read, reference } of differing) {
      console.log(`${file} ${path}: the log has ${JSON.stringify(read)}, its JSON ${JSON.stringify(reference)}`);
      if (micros(read) === micros(reference)) continue;
      const bytes = readFileSync(join(data, file));
      expect({ path, inLog: bytes.includes(utf16(String(read))) }).toEqual({ path, inLog: true });
      expect({ path, inLog: bytes.includes(utf16(String(reference))) }).toEqual({ path, inLog: false });
    }
    // One JSON was written by another program (its times have nine digits) and then by hand: it has a letter in another case than its log.
    expect(files.length - equal).toBeLessThanOrEqual(1);
  });
});
