import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MONDAY, sighting } from '../../../test/support/sighting.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import { stableId } from '../../kernel/ids.ts';
import { lensOf } from '../../lenses/index.ts';
import type { Sighting } from './sighting.ts';
import { packSightings, type SightingsBody, unpackSightings } from './sighting-rows.ts';
import { Folding, Sightings } from './sightings.ts';

let line = 0;

function start(at: number, command: string, image = 'C:\\Tools\\Probe.exe', given: object = {}): SourceEvent {
  const record = {
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: 'ws1.corp.example',
    '@timestamp': new Date(at).toISOString(),
    Image: image,
    CommandLine: command,
    ParentImage: 'C:\\Windows\\explorer.exe',
    User: 'CORP\\ana',
  };
  line += 1;
  const lens = lensOf(record);
  const id = stableId('test', String(line));
  return {
    id,
    record,
    lens,
    origin: lens.origin(record),
    time: at,
    timeSuspect: false,
    file: 'endpoints',
    line,
    bytes: 0,
    raw: JSON.stringify(record),
    ...given,
  };
}

function fold(events: readonly SourceEvent[], folding = new Folding()): Sighting[] {
  for (const event of events) folding.see('acme', event, event.lens.activity(event.record), event.time);
  return folding.take().get('acme') ?? [];
}

describe('what a worker saw', () => {
  it('folds like acts, and keeps command lines apart up to a bound', () => {
    const events = Array.from({ length: 500 }, (_, n) => start(MONDAY + n, `probe.exe ${n % 100}`));
    const folded = fold(events);
    expect(folded).toHaveLength(64);
    expect(folded.reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(folded[0]).toMatchObject({
      image: 'probe.exe',
      parent: 'explorer.exe',
      host: 'ws1',
      user: 'ana',
      first: MONDAY,
    });
    expect(folded[0]?.event).toBe(events[0]?.id);
  });

  it('never spans an hour, in whatever order events come', () => {
    const events = Array.from({ length: 48 }, (_, n) => start(MONDAY + ((n * 7) % 48) * HOUR + n, 'probe.exe'));
    const folded = fold(events);
    expect(folded).toHaveLength(48);
    expect(folded.map(({ first }) => first)).toEqual(folded.map(({ first }) => first).toSorted((a, b) => a - b));
  });

  it('carries the record where nothing like it was seen before, and where it is not large', () => {
    const folding = new Folding();
    const [one] = fold([start(MONDAY, 'probe.exe')], folding);
    const [again] = fold([start(MONDAY + DAY, 'probe.exe')], folding);
    const [large] = fold([start(MONDAY, 'x'.repeat(5000), 'C:\\other.exe')], folding);
    expect(JSON.parse(one?.raw ?? '{}')).toMatchObject({ CommandLine: 'probe.exe' });
    expect(again?.raw).toBeUndefined();
    expect(large?.raw).toBeUndefined();
    expect(large?.commandLine).toHaveLength(2000);
  });

  it('holds no more than its limit, and counts what it passes over', () => {
    const folding = new Folding(HOUR, 100);
    fc.assert(
      fc.property(fc.nat(1000), (n) => {
        const event = start(MONDAY, 'x', `C:\\p${n}.exe`);
        folding.see('acme', event, event.lens.activity(event.record), MONDAY);
        expect(folding.size).toBeLessThanOrEqual(100);
      }),
      { numRuns: 500 },
    );
    expect(folding.passedOver).toBeGreaterThan(0);
  });

  it('says it every ten seconds, with ids of the start of the worker', () => {
    let now = MONDAY;
    const make = (epoch: number) => new Sightings({ claim: { name: 'w', epoch }, clock: { now: () => now } });
    const [one, other] = [make(1), make(2)];
    const event = start(MONDAY + DAY, 'probe.exe');
    for (const each of [one, other]) each.see('acme', event, MONDAY, event.lens.activity(event.record));
    expect(one.take()).toEqual([]);
    now += 10_000;
    const [first] = one.take();
    expect(first?.id).not.toBe(other.take()[0]?.id);
    const [seen] = unpackSightings('acme', first?.body as SightingsBody);
    // A clock that is a day ahead is not believed.
    expect(seen?.first).toBe(MONDAY);
    expect(one.take()).toEqual([]);
  });

  it('comes back as it was from its rows', () => {
    const name = fc.option(fc.string({ maxLength: 12 }), { nil: undefined });
    const given = fc.record({
      host: name,
      user: name,
      image: name,
      commandLine: name,
      remoteAddress: name,
      remotePort: fc.option(fc.nat(65_535), { nil: undefined }),
      raw: name,
      count: fc.integer({ min: 1, max: 9 }),
      times: fc.array(fc.integer({ min: MONDAY, max: MONDAY + HOUR }), { maxLength: 5 }),
      whence: fc.option(
        fc.record({ country: name, network: name, latitude: fc.constant(1.5), longitude: fc.constant(2.5) }),
        {
          nil: undefined,
        },
      ),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 20 }), (several) => {
        const sightings = several.map((fields) => sighting('network', MONDAY, fields));
        const sent = JSON.parse(JSON.stringify(packSightings(sightings, MONDAY))) as SightingsBody;
        expect(unpackSightings('acme', sent)).toEqual(sightings);
      }),
    );
  });
});
