import { describe, expect, it } from 'vitest';
import { detector, event, hit } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import type { Detector } from '../contracts/detection.ts';
import type { Activity, SourceEvent } from '../contracts/event.ts';
import { habitsOf } from './habits.ts';

const rule = detector('r', 'high');

function habits(events: readonly SourceEvent[], by: Detector = rule): ReadonlyMap<string, string> {
  const lake = new MemoryLake();
  lake.add(events);
  return habitsOf(
    events.map((one) => hit(one, by)),
    lake,
  );
}

function run(host: string, minute: number, more: Partial<Activity> = {}, commandLine = 'tool.exe /all'): SourceEvent {
  return event(`${host}-${minute}-${JSON.stringify(more)}`, minute, {
    kind: 'process_start',
    host,
    user: 'svc',
    process: { key: undefined, pid: undefined, image: 'C:\\tool.exe', commandLine },
    ...more,
  });
}

/** `times` runs on one host, `every` minutes apart. */
const series = (host: string, times: number, every: number, more: Partial<Activity> = {}): SourceEvent[] =>
  Array.from({ length: times }, (_, i) => run(host, i * every, more));

describe('a habit', () => {
  it('is one act on one host in four hours of at least six', () => {
    expect(habits(series('ws1', 4, 130)).size).toBe(4);
    expect(habits(series('ws1', 3, 240)).size).toBe(0);
    expect(habits(series('ws1', 20, 10)).size).toBe(0);
  });

  it('is not a tool that goes from host to host', () => {
    const hosts = ['ws1', 'ws2', 'ws3', 'ws4', 'ws5', 'ws6'];
    expect(habits(hosts.map((host, i) => run(host, i * 130))).size).toBe(0);
  });

  it('is shared by the hosts that keep it up, where they are most, and one that does it once is left out', () => {
    const fleet = Array.from({ length: 5 }, (_, i) => series(`ws${i}`, 12, 60)).flat();
    const stranger = run('ws9', 200);
    const found = habits([...fleet, stranger]);
    expect(found.size).toBe(60);
    expect(new Set(found.values()).size).toBe(1);
    expect(found.has(`r:${stranger.id}`)).toBe(false);
  });

  it("is each host's own where most do not keep it up", () => {
    const regular = [...series('ws1', 12, 60), ...series('ws2', 12, 60)];
    const visits = ['ws3', 'ws4', 'ws5'].map((host, i) => run(host, i * 130));
    const found = habits([...regular, ...visits]);
    expect(found.size).toBe(24);
    expect(new Set(found.values()).size).toBe(2);
  });

  it.each([
    ['addresses', (i: number) => ({ remoteAddress: `10.0.0.${i}` })],
    ['accounts', (i: number) => ({ targetUser: `admin${i}` })],
    ['resources', (i: number) => ({ resource: `bucket-${i}` })],
    [
      'processes',
      (i: number) => ({ target: { key: undefined, pid: undefined, image: `C:\\p${i}.exe`, commandLine: undefined } }),
    ],
  ])('needs the same target: four %s are four acts', (_, target) => {
    const walk = [1, 2, 3, 4].map((i) => run('ws1', i * 130, target(i)));
    expect(habits(walk).size).toBe(0);
    expect(habits(series('ws1', 4, 130, target(1))).size).toBe(4);
  });

  it('sees past numbers in a command, but not past the machine it is aimed at', () => {
    const commands = (line: (i: number) => string) => habits([1, 2, 3, 4].map((i) => run('ws1', i * 130, {}, line(i))));
    expect(commands((i) => `tool.exe /run ${1000 + i} --id 0f3ab9c8d${i}`).size).toBe(4);
    expect(commands((i) => `tool.exe 10.0.0.${i} cmd`).size).toBe(0);
    expect(commands((i) => `tool.exe \\\\ws0${i} cmd`).size).toBe(0);
  });

  it('is kept by principals in the cloud as by hosts', () => {
    const call = (principal: string, minute: number) =>
      event(`${principal}${minute}`, minute, { kind: 'api_call', principal, action: 'GetSecret' });
    expect(habits([0, 130, 260, 390].map((minute) => call('arn:job', minute))).size).toBe(4);
    expect(habits([0, 130, 260, 390].map((minute, i) => call(`arn:${i}`, minute))).size).toBe(0);
  });

  it('excuses nothing that a critical rule names, and counts no time that is not the event’s own', () => {
    const often = series('ws1', 12, 60);
    expect(habits(often, detector('c', 'critical')).size).toBe(0);
    const lake = new MemoryLake();
    lake.add(often);
    const undated = often.map((one) => ({ ...hit(one, rule), timeSuspect: true }));
    expect(habitsOf(undated, lake).size).toBe(0);
  });
});
