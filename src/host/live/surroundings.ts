import type { Detection } from '../../contracts/detection.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import { eventOf } from '../../ingest/index.ts';
import type { LakeQueries, QueryLimits } from '../../ports/lake.ts';

const HOUR = 3_600_000;
/** What came before says how it began; what came after, what was done with it. */
const BEFORE = HOUR;
const AFTER = HOUR / 4;
const EVENTS = 5000;
/** What is asked about at once lies within so long. An event says itself when it was: one of 1970 must not make a question of all years. */
const WINDOW = 6 * HOUR;
const WINDOWS = 12;
/** Hosts, users or principals asked about at a time. */
const NAMES = 50;
/** Sources that are missed, asked about at a time. */
const SOURCES = 10;
/** Generations of parent processes looked for. */
const GENERATIONS = 4;
const limits: QueryLimits = { rows: EVENTS, milliseconds: 20_000, memoryMb: 256 };

const columns = 'SELECT id, epoch_ms(time) AS at, source, raw FROM events';

/**
 * The events around detections, from the lake: what happened on their hosts and by their principals shortly before and after, and the
 * processes theirs descend from. Bounded: of much, the nearest in time.
 */
export async function surroundingsOf(
  queries: LakeQueries,
  tenant: string,
  detections: readonly Detection[],
): Promise<SourceEvent[]> {
  const found = new Map<string, SourceEvent>();
  for (const [column, kind] of [
    ['host', 'host'],
    ['principal', 'cloud_principal'],
  ] as const) {
    const spans = spansOf(detections, kind);
    if (spans.size === 0) continue;
    const names = [...spans.keys()];
    const from = Math.min(...[...spans.values()].map(([first]) => first)) - BEFORE;
    const to = Math.max(...[...spans.values()].map(([, last]) => last)) + AFTER;
    const within = `time BETWEEN epoch_ms(${Math.floor(from)}) AND epoch_ms(${Math.ceil(to)})`;
    const sql = `${columns} WHERE ${column} IN (${placeholders(names.length)}) AND ${within} ORDER BY time DESC LIMIT ${EVENTS}`;
    for (const event of await read(queries, tenant, sql, names, from, to)) found.set(event.id, event);
  }
  for (const event of await lastOf(queries, tenant, detections)) found.set(event.id, event);
  await addParents(queries, tenant, found);
  return [...found.values()];
}

/** What sources reported last before they were missed, and before their fields were. */
async function lastOf(
  queries: LakeQueries,
  tenant: string,
  detections: readonly Detection[],
): Promise<readonly SourceEvent[]> {
  const events: SourceEvent[] = [];
  const gaps = detections.filter(({ detector, events: own }) => detector.kind === 'baseline' && own.length === 0);
  for (const { at, fields } of gaps.slice(-SOURCES)) {
    const named = fields.find(({ field }) => field === 'source' || field === 'source and lens');
    const [source] = named?.value.split(' ') ?? [];
    if (source === undefined) continue;
    const [from, to] = [at - AFTER, at + HOUR];
    const within = `time BETWEEN epoch_ms(${Math.floor(from)}) AND epoch_ms(${Math.ceil(to)})`;
    const nearest = `ORDER BY abs(epoch_ms(time) - ${Math.floor(at)}) LIMIT ${EVENTS}`;
    events.push(
      ...(await read(queries, tenant, `${columns} WHERE source = $1 AND ${within} ${nearest}`, [source], from, to)),
    );
  }
  return events;
}

async function addParents(queries: LakeQueries, tenant: string, found: Map<string, SourceEvent>): Promise<void> {
  const known = new Set<string>();
  let wanted = new Set<string>();
  for (const event of found.values()) {
    const { kind, process, parent } = event.lens.activity(event.record);
    if (kind !== 'process_start' || process?.key === undefined) continue;
    known.add(process.key);
    if (parent?.key !== undefined) wanted.add(parent.key);
  }
  for (let generation = 0; generation < GENERATIONS; generation += 1) {
    const keys = [...wanted].filter((key) => !known.has(key)).slice(0, NAMES);
    if (keys.length === 0) return;
    const sql = `${columns} WHERE kind = 'process_start' AND process_key IN (${placeholders(keys.length)})`;
    wanted = new Set();
    for (const key of keys) known.add(key);
    for (const event of await read(queries, tenant, sql, keys)) {
      found.set(event.id, event);
      const parent = event.lens.activity(event.record).parent?.key;
      if (parent !== undefined) wanted.add(parent);
    }
  }
}

async function read(
  queries: LakeQueries,
  tenant: string,
  sql: string,
  parameters: readonly string[],
  from?: number,
  to?: number,
): Promise<SourceEvent[]> {
  const { rows } = await queries.query(tenant, sql, {
    limits,
    parameters,
    ...(from === undefined || to === undefined ? {} : { from, to }),
  });
  const events: SourceEvent[] = [];
  for (const [id, at, source, raw] of rows) {
    const event = eventOf({ id: String(id), time: Number(at), source: String(source), raw: String(raw) });
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** Detections by the time they lie in, the latest first; of very many times, the latest. */
export function windowsOf(detections: readonly Detection[]): readonly (readonly Detection[])[] {
  const windows: Detection[][] = [];
  for (const detection of detections.toSorted((a, b) => b.at - a.at)) {
    const window = windows.at(-1);
    const latest = window?.[0]?.at;
    if (window !== undefined && latest !== undefined && latest - detection.at <= WINDOW) window.push(detection);
    else if (windows.length < WINDOWS) windows.push([detection]);
    else break;
  }
  return windows;
}

/** Names of one kind of entity with the first and last time they were detected at; those detected last, where there are many. */
function spansOf(detections: readonly Detection[], kind: string): ReadonlyMap<string, readonly [number, number]> {
  const spans = new Map<string, [number, number]>();
  for (const { entities, at } of detections.toSorted((a, b) => b.at - a.at)) {
    for (const entity of entities) {
      if (entity.kind !== kind) continue;
      const span = spans.get(entity.value);
      if (span !== undefined) {
        span[0] = Math.min(span[0], at);
        span[1] = Math.max(span[1], at);
      } else if (spans.size < NAMES) spans.set(entity.value, [at, at]);
    }
  }
  return spans;
}

function placeholders(count: number): string {
  return Array.from({ length: count }, (_, at) => `$${at + 1}`).join(', ');
}
