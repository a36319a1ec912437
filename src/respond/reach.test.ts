import { expect, test } from 'vitest';
import { event, processStart } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import { reachIn } from './index.ts';

const lake = new MemoryLake();
lake.add([
  processStart('p1', 1, 'ws1', 'ana', 'x.exe'),
  processStart('p2', 2, 'ws1', 'mia', 'x.exe'),
  processStart('p3', 3, 'ws1', 'system', 'x.exe'),
  processStart('p4', 4, 'ws2', 'mia', 'x.exe'),
  processStart('p5', 5, 'ws3', 'zoe', 'x.exe'),
  event('n1', 6, { kind: 'network', host: 'ws1', remoteAddress: '203.0.113.9' }),
  event('n2', 7, { kind: 'network', host: 'ws1', remoteAddress: '203.0.113.9' }),
  event('n3', 8, { kind: 'network', host: 'ws2', remoteAddress: '198.51.100.1' }),
]);

test('of a host is the people seen on it, not the accounts it has for itself', () => {
  expect(reachIn(lake, { kind: 'host', value: 'ws1' })).toEqual({
    said: ['2 accounts of people were seen active on it'],
    affects: [
      { kind: 'user', value: 'ana' },
      { kind: 'user', value: 'mia' },
    ],
  });
});

test('of an account is the hosts it was seen on', () => {
  expect(reachIn(lake, { kind: 'user', value: 'mia' })).toEqual({
    said: ['Seen on 2 hosts of 3'],
    affects: [
      { kind: 'host', value: 'ws1' },
      { kind: 'host', value: 'ws2' },
    ],
  });
});

test('of an address is who talked to it', () => {
  expect(reachIn(lake, { kind: 'address', value: '203.0.113.9' }).said[0]).toBe(
    '1 of 2 hosts that reported connections talked to it, 2 times',
  );
});

test('of what telemetry never saw is none, and that is said as a count', () => {
  expect(reachIn(lake, { kind: 'host', value: 'absent' })).toEqual({
    said: ['0 accounts of people were seen active on it'],
    affects: [],
  });
  expect(reachIn(lake, { kind: 'file', value: 'x' })).toEqual({ said: [], affects: [] });
});
