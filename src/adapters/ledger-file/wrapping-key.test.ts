import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder, throwawayFolder } from '../../../test/store.ts';
import { code } from '../../../test/store-backends.ts';
import { ensureWrappingKey } from './wrapping-key.ts';

const folder = throwawayFolder();
afterAll(() => removeFolder(folder));

it('is made once, for its owner only, and is in its file and nowhere in its id', () => {
  const key = ensureWrappingKey(folder, {});
  expect(ensureWrappingKey(folder, {})).toEqual(key);
  expect(readdirSync(folder)).toEqual(['personal-data.key']);
  const file = join(folder, 'personal-data.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8').trim();
  expect(Buffer.from(key.bytes).toString('hex')).toBe(text);
  expect(key.bytes).toHaveLength(32);
  expect(text).not.toContain(key.id.slice(0, 8));
});

it('may be in a file that is named, which must be there and whole', () => {
  const file = join(folder, 'elsewhere.key');
  const named = { BRIDGEWATCH_KEY_FILE: file };
  expect(() => ensureWrappingKey(folder, named)).toThrow(code('LEDGER_WRAPPING_KEY_WRONG'));
  writeFileSync(file, `${'0f'.repeat(32)}\n`);
  chmodSync(file, 0o600);
  expect(Buffer.from(ensureWrappingKey(folder, named).bytes)).toEqual(Buffer.alloc(32, 0x0f));
  for (const content of ['', '0f'.repeat(31), `${'0f'.repeat(32)}0`, 'zz'.repeat(32)]) {
    writeFileSync(file, content);
    expect(() => ensureWrappingKey(folder, named), content).toThrow(code('LEDGER_WRAPPING_KEY_WRONG'));
  }
});
