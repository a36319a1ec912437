import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const names = fc.array(fc.tuple(fc.constantFrom('take', 'drop'), fc.integer({ min: 0, max: 3000 })), {
  maxLength: 6000,
});

describe('a table by key', () => {
  it('says what a Map says, whatever is taken and dropped', () => {
    fc.assert(
      fc.property(names, (steps) => {
        const table = new KeyTable({ count: 'u32' }, 1_000_000);
        const map = new Map<number, number>();
        for (const [what, name] of steps) {
          const key = keyHash(7, `n${name}`);
          if (what === 'take') {
            const slot = table.take(key, 20_000);
            expect(table.isNew).toBe(!map.has(name));
            table.column('count')[slot] = (table.column('count')[slot] ?? 0) + 1;
            map.set(name, (map.get(name) ?? 0) + 1);
          } else {
            table.drop(key);
            map.delete(name);
          }
        }
        expect(table.size).toBe(map.size);
        const back = new KeyTable({ count: 'u32' }, 1_000_000);
        back.restore('t', new Map(table.pages('t')));
        for (const [name, count] of map) {
          expect(table.column('count')[table.find(keyHash(7, `n${name}`))]).toBe(count);
          expect(back.column('count')[back.find(keyHash(7, `n${name}`))]).toBe(count);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to its limit, and keeps what is in use when a flood of new names comes', () => {
    const table = new KeyTable({ count: 'u32' }, 2000);
    const usual = Array.from({ length: 500 }, (_, at) => `usual ${at}`);
    for (let day = 0; day < 20; day += 1) {
      for (const name of usual) table.take(keyHash(1, name), day);
      for (let at = 0; at < 1000; at += 1) table.take(keyHash(1, `flood ${day} ${at}`), day);
      expect(table.size).toBeLessThanOrEqual(2000);
    }
    const kept = usual.filter((name) => table.find(keyHash(1, name)) !== -1);
    expect(kept.length).toBeGreaterThan(450);
    expect(table.evictions).toBeGreaterThan(0);
  });

  it('finds every key that is left, with what is its own, however many made room for others', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1500, maxLength: 6000 }), (steps) => {
        // A load of 0.68, where runs of slots in use are long.
        const table = new KeyTable({ a: 'u8', b: 'u16', c: 'u32', d: 'f32', e: 'f64' }, 700);
        for (const [day, name] of steps.entries()) {
          const slot = table.take(keyHash(7, `n${name}`), day >> 6);
          if (table.isNew)
            for (const column of ['a', 'b', 'c', 'd', 'e'] as const) {
              expect(table.column(column)[slot]).toBe(0);
              table.column(column)[slot] = name % 251;
            }
        }
        let left = 0;
        for (let name = 0; name <= 4000; name += 1) {
          const slot = table.find(keyHash(7, `n${name}`));
          if (slot === -1) continue;
          left += 1;
          for (const column of ['a', 'b', 'c', 'd', 'e'] as const) expect(table.column(column)[slot]).toBe(name % 251);
        }
        expect(left).toBe(table.size);
        expect(left).toBeLessThanOrEqual(700);
        expect([...table.slots()]).toHaveLength(left);
      }),
      { numRuns: 20 },
    );
  });

  it('tells names apart where they are divided differently', () => {
    const { high, low } = { ...keyHash(3, 'ab', 'c') };
    const other = keyHash(3, 'a', 'bc');
    expect([other.high, other.low]).not.toEqual([high, low]);
    const missing = { ...keyHash(3, undefined) };
    const empty = keyHash(3, '');
    expect([missing.high, missing.low]).not.toEqual([empty.high, empty.low]);
  });
});
