import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LakeFile } from '../../contracts/lake.ts';
import { planMerges } from './merge-plan.ts';

const file = fc.record({
  tenant: fc.constantFrom('a', 'b'),
  hour: fc.constantFrom('2026-11-25T10', '2026-11-25T11', '2026-11-25T12'),
  rows: fc.nat(1000),
  bytes: fc.nat(1000),
  rawBytes: fc.nat(150),
  minTime: fc.nat(1000),
  maxTime: fc.nat(1000),
  merges: fc.nat(2),
});
const files = fc
  .array(file, { maxLength: 80 })
  .map((all): LakeFile[] => all.map((one, at) => ({ ...one, name: `f${at}` })));
const open = '2026-11-25T12';

test('files of one partition, each once, no more than the target; closed hours end with little left to merge', () => {
  fc.assert(
    fc.property(files, (listed) => {
      const groups = planMerges(listed, 100, open);
      const names = groups.flat().map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const group of groups) {
        expect(group.length).toBeGreaterThan(1);
        expect(new Set(group.map(({ tenant, hour }) => `${tenant}${hour}`)).size).toBe(1);
        expect(group.reduce((sum, { rawBytes }) => sum + rawBytes, 0)).toBeLessThanOrEqual(100);
        expect(group.every(({ rawBytes }) => rawBytes > 0)).toBe(true);
      }
    }),
  );
});

test('a closed hour comes to rest, and rows of an open one are not written again with every newcomer', () => {
  let [listed, written, serial]: [LakeFile[], number, number] = [[], 0, 0];
  const settle = (hour: string): void => {
    for (const group of planMerges(listed, 1_000_000, hour)) {
      const rows = group.reduce((sum, one) => sum + one.rows, 0);
      const [first] = group;
      if (first === undefined) continue;
      serial += 1;
      written += rows;
      const merges = Math.max(...group.map((one) => one.merges)) + 1;
      listed = [
        ...listed.filter((one) => !group.includes(one)),
        { ...first, name: `m${serial}`, rows, rawBytes: rows, merges },
      ];
    }
  };
  for (let at = 0; at < 1000; at += 1) {
    const told = { tenant: 'a', hour: open, rows: 1, bytes: 1, rawBytes: 1, minTime: at, maxTime: at, merges: 0 };
    listed = [...listed, { ...told, name: `w${at}` }];
    settle(open);
  }
  expect(listed.length).toBeLessThan(50);
  expect(written).toBeLessThan(3000);
  settle('2026-11-25T13');
  expect(listed.map(({ rows }) => rows)).toEqual([1000]);
});
