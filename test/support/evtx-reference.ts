import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readLog } from './evtx-read.ts';

export interface Difference {
  readonly file: string;
  readonly path: string;
  readonly read: unknown;
  readonly reference: unknown;
}

/** Event logs (`*.evtx` below `folder`) against the JSON of the same name that another program rendered: every event, every field. */
export function compareWithReference(folder: string, files: readonly string[]) {
  const differing: Difference[] = [];
  let equal = 0;
  let events = 0;
  for (const file of files) {
    const { records, rejects } = readLog([readFileSync(join(folder, file))]);
    const text = readFileSync(join(folder, file.replace(/\.evtx$/, '.json')), 'utf8');
    // Pretty-printed objects, one after the other.
    const reference: unknown = JSON.parse(`[${text.replaceAll(/^\}\s*^\{/gm, '},{')}]`);
    // As whoever reads the text sees it.
    const read: unknown = JSON.parse(JSON.stringify(records));
    events += records.length;
    if (rejects.length === 0 && isDeepStrictEqual(read, reference)) equal += 1;
    else differences(file, '', read, reference, differing);
    for (const { code, detail } of rejects) differing.push({ file, path: code, read: detail, reference: undefined });
  }
  return { files: files.length, events, equal, differing };
}

function differences(file: string, path: string, read: unknown, reference: unknown, into: Difference[]): void {
  if (isDeepStrictEqual(read, reference)) return;
  if (typeof read !== 'object' || typeof reference !== 'object' || read === null || reference === null) {
    into.push({ file, path, read, reference });
    return;
  }
  const ours = new Map(Object.entries(read));
  const theirs = new Map(Object.entries(reference));
  for (const key of new Set([...ours.keys(), ...theirs.keys()]))
    differences(file, `${path}/${key}`, ours.get(key), theirs.get(key), into);
}
