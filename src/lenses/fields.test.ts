import { describe, expect, test } from 'vitest';
import { own, pathReader, someScalar } from './fields.ts';

describe('pathReader', () => {
  test('takes a literal key before a path', () => {
    const read = pathReader('id.orig_h');
    expect(read({ 'id.orig_h': 'literal', id: { orig_h: 'path' } })).toBe('literal');
    expect(read({ id: { orig_h: 'path' } })).toBe('path');
  });

  test('finds a dotted key below a path', () => {
    expect(pathReader('a.b.c')({ a: { 'b.c': 1 } })).toBe(1);
  });

  test('gives the values of arrays of objects, nested ones flat', () => {
    const record = { target: [{ name: 'a', tags: [{ k: 1 }, { k: 2 }] }, { name: 'b' }, 'x', null, { other: 1 }] };
    expect(pathReader('target.name')(record)).toEqual(['a', 'b']);
    expect(pathReader('target.tags.k')(record)).toEqual([1, 2]);
    expect(pathReader('target.none')(record)).toBeUndefined();
  });

  test('tells null, empty and missing apart', () => {
    expect(pathReader('a.b')({ a: { b: null } })).toBeNull();
    expect(pathReader('a.b')({ a: { b: '' } })).toBe('');
    expect(pathReader('a.b')({ a: {} })).toBeUndefined();
    expect(pathReader('a.b')({ a: 'text' })).toBeUndefined();
  });

  test('sees no inherited property', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'a.constructor.name', 'length.x'])
      expect(pathReader(name)({ a: {} })).toBeUndefined();
    expect(own('toString')(JSON.parse('{"toString":"mine"}'))).toBe('mine');
  });
});

describe('someScalar', () => {
  test('visits every value once and no name, and stops when told', () => {
    const seen: unknown[] = [];
    const record = { a: 1, b: [null, 'x', { c: true }], d: { e: '' } };
    expect(someScalar(record, (value) => seen.push(value) < 0)).toBe(false);
    expect(seen).toEqual([1, null, 'x', true, '']);
    let visits = 0;
    expect(someScalar(record, () => ++visits === 2)).toBe(true);
    expect(visits).toBe(2);
  });

  test('does not follow nesting without end', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    expect(someScalar(deep, () => true)).toBe(false);
  });
});
