import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { correlationTypes } from '../../src/sigma/correlation-rule.ts';
import { modifiers } from '../../src/sigma/modifiers.ts';

const listing = readFileSync(join(import.meta.dirname, '../../docs/sigma.md'), 'utf8')
  .replaceAll('\\|', '|')
  .replaceAll('&#124;', '|');
const cases = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    (parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as { name: string }[]).map(
      (each) => `${name.replace('.yaml', '')}: ${each.name}`,
    ),
  );

test('docs/sigma.md lists every conformance case, and no other', () => {
  expect(cases.filter((name) => !listing.includes(name))).toEqual([]);
  const listed = [
    ...listing.matchAll(/(?:^| |<br>)((?:modifiers|conditions|correlations|traps|files): .*?)(?=<br>| \|$)/gm),
  ].map((found) => found[1]);
  expect(listed.filter((name) => name !== undefined && !cases.includes(name))).toEqual([]);
});

test('every modifier and correlation type has a row', () => {
  const rows = [...listing.matchAll(/^\| ([^|]+) \|/gm)].flatMap((found) =>
    (found[1] ?? '').split(/, /).map((name) => name.replaceAll('`', '').trim()),
  );
  for (const name of [...modifiers.keys(), ...correlationTypes]) expect(rows).toContain(name);
});
