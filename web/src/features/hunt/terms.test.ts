import { expect, test } from 'vitest';
import { narrowed, termFor } from './terms.ts';

test('a value becomes a term for itself alone', () => {
  expect(termFor('host', 'web01')).toBe('host:web01');
  expect(termFor('user', null)).toBe('-user:*');
  expect(termFor('process', 'C:\\a b\\"x"*.exe')).toBe('process:"C:\\a b\\""x""*.exe"');
});

test('a term more narrows the whole search', () => {
  expect(narrowed('', 'host:a')).toBe('host:a');
  expect(narrowed('x y', 'host:a')).toBe('x y host:a');
  expect(narrowed('x OR y', 'host:a')).toBe('(x OR y) host:a');
});
