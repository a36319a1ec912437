import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detector, event, hit, processStart } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import type { Detection } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { group } from './group.ts';

const rule = detector('r');

function storiesOf(events: readonly SourceEvent[], detected: readonly SourceEvent[]): string[][] {
  const lake = new MemoryLake();
  lake.add(events);
  return group(
    detected.map((one) => hit(one, rule)),
    lake,
  ).map((story) => story.map(({ events: [id] }) => id ?? ''));
}

describe('grouping', () => {
  it('joins what happens on one machine within half an hour, and not across a longer pause', () => {
    const events = [
      processStart('a', 0, 'ws1', 'ana', 'a.exe'),
      processStart('b', 20, 'ws1', 'ana', 'b.exe'),
      processStart('c', 200, 'ws1', 'bo', 'c.exe'),
    ];
    expect(storiesOf(events, events)).toEqual([['a', 'b'], ['c']]);
  });

  it('does not join by closeness in time what has no time of its own, but by process still', () => {
    const events = [
      processStart('root', 0, 'ws1', 'ana', 'dropper.exe'),
      processStart('child', 0, 'ws1', 'ana', 'child.exe', 'ws1|root'),
      processStart('other', 0, 'ws1', 'bo', 'other.exe'),
    ];
    const lake = new MemoryLake();
    lake.add(events);
    const undated = events.map((one) => ({ ...hit(one, rule), timeSuspect: true }));
    expect(group(undated, lake).map((story) => story.map(({ events: [id] }) => id))).toEqual([
      ['child', 'root'],
      ['other'],
    ]);
  });

  it('joins a process and its grandchild hours apart', () => {
    const events = [
      processStart('root', 0, 'ws1', 'ana', 'dropper.exe'),
      processStart('mid', 1, 'ws1', 'ana', 'mid.exe', 'ws1|root'),
      processStart('late', 300, 'ws1', 'ana', 'late.exe', 'ws1|mid'),
    ];
    const [root, , late] = events;
    expect(
      storiesOf(
        events,
        [root, late].filter((one) => one !== undefined),
      ),
    ).toEqual([['root', 'late']]);
  });

  it('does not join two people through a server that many use', () => {
    const crowd = Array.from({ length: 12 }, (_, i) => processStart(`u${i}`, 0, 'files', `user${i}`, 'app.exe'));
    const events = [
      ...crowd,
      processStart('x', 1, 'files', 'ana', 'x.exe'),
      processStart('y', 2, 'files', 'bo', 'y.exe'),
    ];
    expect(storiesOf(events, events.slice(-2))).toEqual([['x'], ['y']]);
  });

  it('does not join hosts through one account, a launcher or a service session', () => {
    const events = [
      event('a', 0, { kind: 'other', host: 'ws1', user: 'svc-backup', logonId: '0x3e7' }),
      event('b', 1, { kind: 'other', host: 'ws2', user: 'svc-backup', logonId: '0x3e7' }),
    ];
    expect(storiesOf(events, events)).toEqual([['a'], ['b']]);
  });

  it('follows a person from one host to another by the logon that took them there', () => {
    const events = [
      event('net', 0, { kind: 'network', host: 'ws1', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' }),
      processStart('here', 1, 'ws1', 'ana', 'a.exe'),
      event('logon', 3, { kind: 'logon', host: 'ws2', user: 'ana', sourceAddress: '10.0.0.1' }),
      processStart('there', 4, 'ws2', 'system', 'b.exe'),
    ];
    expect(
      storiesOf(
        events,
        [events[1], events[3]].filter((one) => one !== undefined),
      ),
    ).toEqual([['here', 'there']]);
  });

  it('does not follow a logon from an address that several hosts claim', () => {
    const events = [
      event('net1', 0, { kind: 'network', host: 'ws1', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' }),
      event('net2', 0, { kind: 'network', host: 'ws9', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' }),
      processStart('here', 1, 'ws1', 'ana', 'a.exe'),
      event('logon', 3, { kind: 'logon', host: 'ws2', user: 'ana', sourceAddress: '10.0.0.1' }),
      processStart('there', 4, 'ws2', 'system', 'b.exe'),
    ];
    expect(
      storiesOf(
        events,
        [events[2], events[4]].filter((one) => one !== undefined),
      ),
    ).toEqual([['here'], ['there']]);
  });

  it('joins what one cloud principal does, and keeps another apart', () => {
    const call = (id: string, minute: number, principal: string) =>
      event(id, minute, {
        kind: 'api_call',
        principal,
        action: 'CreateUser',
        sourceAddress: `203.0.113.${principal.length}`,
      });
    const events = [call('a', 0, 'arn:jane'), call('b', 90, 'arn:jane'), call('c', 91, 'arn:carlos')];
    expect(storiesOf(events, events)).toEqual([['a', 'b'], ['c']]);
  });

  it('gives the same stories whatever order detections arrive in, each detection in exactly one', () => {
    const events = Array.from({ length: 30 }, (_, i) =>
      processStart(`e${i}`, (i * 7) % 90, `ws${i % 4}`, `u${i % 3}`, 'x.exe'),
    );
    const lake = new MemoryLake();
    lake.add(events);
    const detections = events.map((one) => hit(one, rule));
    const ids = (stories: readonly (readonly Detection[])[]) => stories.map((story) => story.map(({ id }) => id));
    const expected = ids(group(detections, lake));
    expect(expected.flat().toSorted()).toEqual(detections.map(({ id }) => id).toSorted());
    fc.assert(
      fc.property(fc.shuffledSubarray(detections, { minLength: detections.length }), (shuffled) => {
        expect(ids(group(shuffled, lake))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
