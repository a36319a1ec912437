import { expect, test } from 'vitest';
import { AckChannels, isChannel } from './channels.ts';

const ana = { tenant: 'acme', id: 'ana' };
const bob = { tenant: 'acme', id: 'bob' };

test('ids count from 0 in a channel, are true once, and belong to one source', () => {
  const channels = new AckChannels({ now: () => 0 }, { idleMs: 1 });
  expect([channels.give(ana, 'C'), channels.give(ana, 'c'), channels.give(bob, 'c'), channels.give(ana, 'd')]).toEqual([
    0, 1, 0, 0,
  ]);
  expect(channels.take(ana, 'c', [0, 1, 2, 0])).toEqual({ 0: true, 1: true, 2: false });
  expect(channels.take(ana, 'c', [0, 1])).toEqual({ 0: false, 1: false });
  expect(channels.take(bob, 'd', [0])).toEqual({ 0: false });
  expect(channels.take(bob, 'c', [0])).toEqual({ 0: true });
});

test('what is not asked for is forgotten: by number, by channels, by time', () => {
  let now = 0;
  const channels = new AckChannels({ now: () => now }, { ids: 2, channels: 2, idleMs: 1000 });
  for (let at = 0; at < 4; at += 1) channels.give(ana, 'a');
  expect(channels.take(ana, 'a', [0, 1, 2, 3])).toEqual({ 0: false, 1: false, 2: true, 3: true });
  channels.give(ana, 'a');
  channels.give(ana, 'b');
  channels.give(ana, 'a');
  channels.give(ana, 'c');
  expect(channels.take(ana, 'b', [0])).toEqual({ 0: false });
  expect(channels.take(ana, 'a', [4, 5])).toEqual({ 4: true, 5: true });
  now = 1000;
  expect(channels.take(ana, 'c', [0])).toEqual({ 0: false });
});

test('channels are GUIDs', () => {
  expect(isChannel('FE0ECFAD-13D5-401B-847D-77833BD77131')).toBe(true);
  expect(isChannel('fe0ecfad13d5401b847d77833bd77131')).toBe(true);
  for (const bad of ['', 'x', 'fe0ecfad-13d5-401b-847d-77833bd7713', 'fe0ecfad-13d5-401b-847d-77833bd771311'])
    expect(isChannel(bad)).toBe(false);
});
