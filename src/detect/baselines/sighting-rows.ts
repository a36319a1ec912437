import type { ActivityKind } from '../../contracts/event.ts';
import type { Sighting } from './sighting.ts';

/** What a worker saw of one tenant, as it goes to the second stage: every name once, sightings as rows of places in that list. */
export interface SightingsBody {
  /** Of the newest event in it, epoch ms. */
  readonly receivedAt: number;
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}

type Cell = number | string | null | readonly number[];
type Row = readonly Cell[];

/** Sightings -> rows. Names repeat a great deal between the sightings of ten seconds. */
export function packSightings(sightings: readonly Sighting[], receivedAt: number): SightingsBody {
  const places = new Map<string, number>();
  const place = (name: string | undefined): number | null => {
    if (name === undefined) return null;
    let at = places.get(name);
    if (at === undefined) {
      at = places.size;
      places.set(name, at);
    }
    return at;
  };
  const rows = sightings.map((seen): Row => {
    const { whence } = seen;
    return [
      place(seen.source),
      place(seen.kind),
      place(seen.host),
      place(seen.user),
      place(seen.targetUser),
      place(seen.principal),
      place(seen.image),
      place(seen.parent),
      seen.commandLine ?? null,
      place(seen.sourceAddress),
      place(seen.remoteAddress),
      seen.remotePort ?? null,
      place(seen.domain),
      place(seen.object),
      place(seen.action),
      place(seen.outcome),
      place(seen.userAgent),
      whence === undefined ? 0 : 1,
      place(whence?.country),
      place(whence?.network),
      whence?.latitude ?? null,
      whence?.longitude ?? null,
      seen.first,
      seen.last - seen.first,
      seen.count,
      seen.times.map((time) => time - seen.first),
      seen.event,
      seen.raw ?? null,
      place(seen.lens),
    ];
  });
  return { receivedAt, names: [...places.keys()], rows };
}

/** Rows -> sightings; what cannot be read is left out. */
export function unpackSightings(tenant: string, { names, rows }: SightingsBody): Sighting[] {
  const name = (at: Cell | undefined): string | undefined => (typeof at === 'number' ? names[at] : undefined);
  const number = (cell: Cell | undefined): number | undefined => (typeof cell === 'number' ? cell : undefined);
  const text = (cell: Cell | undefined): string | undefined => (typeof cell === 'string' ? cell : undefined);
  return rows.flatMap((row): Sighting[] => {
    const kind = name(row[1]);
    const first = number(row[22]);
    const event = text(row[26]);
    if (kind === undefined || first === undefined || event === undefined) return [];
    return [
      {
        tenant,
        source: name(row[0]) ?? '',
        kind: kind as ActivityKind,
        host: name(row[2]),
        user: name(row[3]),
        targetUser: name(row[4]),
        principal: name(row[5]),
        image: name(row[6]),
        parent: name(row[7]),
        commandLine: text(row[8]),
        sourceAddress: name(row[9]),
        remoteAddress: name(row[10]),
        remotePort: number(row[11]),
        domain: name(row[12]),
        object: name(row[13]),
        action: name(row[14]),
        outcome: name(row[15]) as Sighting['outcome'],
        userAgent: name(row[16]),
        whence:
          row[17] === 1
            ? { country: name(row[18]), network: name(row[19]), latitude: number(row[20]), longitude: number(row[21]) }
            : undefined,
        first,
        last: first + (number(row[23]) ?? 0),
        count: number(row[24]) ?? 1,
        times: Array.isArray(row[25]) ? row[25].map((after: number) => first + after) : [],
        event,
        raw: text(row[27]),
        lens: name(row[28]) ?? '',
      },
    ];
  });
}
