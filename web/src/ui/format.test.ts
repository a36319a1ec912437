import { describe, expect, it } from 'vitest';
import { age, duration, percent, signed, utc } from './format.ts';

describe('format', () => {
  it('never shows certainty that is not there', () => {
    expect(percent(0.9999)).toBe('> 99.9 %');
    expect(percent(0.0001)).toBe('< 0.1 %');
    expect(percent(0.9624)).toBe('96.2 %');
    expect(percent(1)).toBe('100.0 %');
  });

  it('signs contributions and writes no signed zero', () => {
    expect(signed(1.204)).toBe('+1.20');
    expect(signed(-0.45)).toBe('−0.45');
    expect(signed(-0.001)).toBe('0.00');
  });

  it('gives lengths of time in two units and ages in one', () => {
    expect(duration(252_000)).toBe('4 min 12 s');
    expect(duration(3_600_000)).toBe('1 h');
    expect(duration(12)).toBe('< 1 s');
    expect(age(59_000)).toBe('just now');
    expect(age(7_300_000)).toBe('2 h');
  });

  it('survives numbers that are no time', () => {
    expect(utc(Number.NaN)).toBe('not a time');
    expect(utc(1e20)).toBe('not a time');
    expect(utc(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});
