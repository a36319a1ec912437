import { describe, expect, it } from 'vitest';
import { at, event, processStart } from '../../../test/support/events.ts';
import { MemoryLake } from './lake.ts';

describe('the lake in memory', () => {
  it('counts once what comes twice', () => {
    const lake = new MemoryLake();
    const one = processStart('a', 0, 'ws1', 'ana', 'x.exe');
    lake.add([one, one]);
    lake.add([one]);
    expect([lake.size, lake.imagePrevalence('x.exe').times, lake.ofHost('ws1', at(0), at(1), 10).length]).toEqual([
      1, 1, 1,
    ]);
  });

  it('counts hosts without people, and places past any round number', () => {
    const lake = new MemoryLake();
    lake.add(Array.from({ length: 300 }, (_, i) => processStart(`e${i}`, i, `srv${i}`, 'root', 'agent')));
    expect(lake.hostCount()).toBe(300);
    expect(lake.imagePrevalence('agent')).toEqual({ seenOn: 300, outOf: 300, times: 300 });
  });

  it('gives the first or the last of what lies in a window', () => {
    const lake = new MemoryLake();
    // Added out of order: feeds are.
    for (const minute of [5, 1, 4, 2, 3]) lake.add([processStart(`m${minute}`, minute, 'ws1', 'ana', 'x')]);
    const ids = (newest: boolean) => lake.ofUser('ana', at(2), at(5), 2, newest).map(({ id }) => id);
    expect(ids(false)).toEqual(['m2', 'm3']);
    expect(ids(true)).toEqual(['m4', 'm5']);
  });

  it('finds connections behind any number of other records, and logons behind any number of logons', () => {
    const lake = new MemoryLake();
    const process = { key: 'ws1|1', pid: '1', image: 'x', commandLine: undefined };
    lake.add(
      Array.from({ length: 6000 }, (_, i) => event(`l${i}`, i / 1000, { kind: 'image_load', host: 'ws1', process })),
    );
    lake.add([event('c2', 9, { kind: 'network', host: 'ws1', process, remoteAddress: '198.51.100.7' })]);
    lake.add(
      Array.from({ length: 1500 }, (_, i) =>
        event(`g${i}`, 10, { kind: 'logon', host: 'srv', user: 'ana', sourceAddress: '10.0.0.1' }),
      ),
    );
    expect(lake.connectionsOf('ws1|1', 10).map(({ id }) => id)).toEqual(['c2']);
    expect(lake.logonsTo('srv', at(0), at(20))).toHaveLength(1500);
  });
});
