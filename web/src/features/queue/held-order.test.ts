import { describe, expect, it } from 'vitest';
import { changeWords, isChange, onlyContinues, orderChange } from './held-order.ts';

describe('held order', () => {
  it('sees nothing to do when the order is the same', () => {
    expect(isChange(orderChange(['a', 'b'], ['a', 'b']))).toBe(false);
  });

  it('counts what came and went, and tells a move from an insertion', () => {
    expect(orderChange(['a', 'b', 'c'], ['n', 'a', 'c'])).toEqual({ added: 1, removed: 1, moved: false });
    expect(orderChange(['a', 'b'], ['b', 'a'])).toEqual({ added: 0, removed: 0, moved: true });
    expect(changeWords(orderChange(['a', 'b', 'c'], ['n', 'c', 'a']))).toBe('1 new, 1 gone, new order');
  });

  it('lets a list grow at its end', () => {
    expect(onlyContinues([], ['a'])).toBe(true);
    expect(onlyContinues(['a'], ['a', 'b'])).toBe(true);
    expect(onlyContinues(['a'], ['b', 'a'])).toBe(false);
    expect(onlyContinues(['a', 'b'], ['a'])).toBe(false);
  });
});
