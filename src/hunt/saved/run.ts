import { randomUUID } from 'node:crypto';
import type { HuntRun, SavedHunt } from '../../contracts/hunt.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import { askHunt, askSql, huntFor, type Scope } from '../ask.ts';
import { limitsOf } from '../limits.ts';
import { liveHunt, type SavedParts } from './manage.ts';
import { nextDue } from './schedule.ts';

export interface RunParts extends SavedParts {
  readonly queries: LakeQueries;
}

const HOUR = 3_600_000;
/** Events received are in the lake some seconds later; what may still be on its way is the next run's. */
const SETTLED = 120_000;
const SAMPLE = 50;
/** Longer than a run may take: a process that died in one leaves it to the next. */
const LEASE = 120_000;

/** Runs a saved hunt for a person. Throws `HUNT_UNKNOWN` and `HUNT_ENDED`; what the question itself throws is the run's `error`. */
export async function runHunt(
  parts: RunParts,
  of: { readonly tenant: string; readonly id: string },
  by: string | null,
  signal?: AbortSignal,
): Promise<HuntRun> {
  const { store, clock, queries } = parts;
  const { hunt, last } = await store.withTenants([of.tenant], async (tx) => ({
    hunt: await liveHunt(tx, of),
    last: (await tx.hunts.runs(of.tenant, of.id, 20)).find(({ error }) => error === null),
  }));
  const startedAt = clock.now();
  const span = { from: startedAt - hunt.hours * HOUR, to: startedAt };
  const receivedTo = startedAt - SETTLED;
  const scope: Scope = {
    tenant: hunt.tenant,
    ...span,
    limits: limitsOf(),
    ...(signal === undefined ? {} : { signal }),
  };
  const found = await findings(queries, hunt, scope, { after: last?.receivedTo ?? 0, to: receivedTo }, startedAt);
  const run: HuntRun = {
    id: randomUUID(),
    tenant: hunt.tenant,
    hunt: hunt.id,
    by,
    startedAt,
    milliseconds: Math.max(0, Math.round(clock.now() - startedAt)),
    ...span,
    receivedTo,
    ...found,
    conclusion: null,
  };
  await store.withTenants([hunt.tenant], (tx) => tx.hunts.addRun(run));
  return run;
}

/** Runs what is due in these tenants, one after the other, each by whoever leases it. Returns the runs. */
export async function runDue(
  parts: RunParts,
  tenants: readonly string[],
  signal: AbortSignal,
): Promise<readonly HuntRun[]> {
  const { store, clock } = parts;
  const runs: HuntRun[] = [];
  while (!signal.aborted) {
    const now = clock.now();
    const hunt = await store.withTenants(tenants, (tx) => tx.hunts.claim(tenants, now, now + LEASE));
    if (hunt === null) break;
    try {
      runs.push(await runHunt(parts, hunt, null, signal));
    } finally {
      await store.withTenants([hunt.tenant], async (tx) => {
        // Its schedule may have been changed while it ran.
        const { schedule } = (await tx.hunts.get(hunt.tenant, hunt.id)) ?? hunt;
        await tx.hunts.settle(hunt.tenant, hunt.id, nextDue(schedule, clock.now()));
      });
    }
  }
  return runs;
}

type Found = Pick<HuntRun, 'found' | 'fresh' | 'events' | 'error'>;

async function findings(
  queries: LakeQueries,
  hunt: SavedHunt,
  scope: Scope,
  received: { readonly after: number; readonly to: number },
  now: number,
): Promise<Found> {
  try {
    if (hunt.sql !== null) return await askedInSql(queries, hunt.sql, scope);
    const asked = huntFor(scope, hunt.search ?? '', now);
    const result = await askHunt(queries, asked, (where, put) => {
      const at = (time: number) => `make_timestamp_ms(${put(time)}::BIGINT)::TIMESTAMP_MS`;
      const isFresh = `(received > ${at(received.after)} AND received <= ${at(received.to)})`;
      return `SELECT count(*)::DOUBLE, count(*) FILTER (${isFresh})::DOUBLE, max_by(id, time, ${SAMPLE}) FILTER (${isFresh}) FROM events WHERE ${where}`;
    });
    const [found, fresh, events] = result.rows[0] ?? [];
    return {
      found: Number(found),
      fresh: Number(fresh),
      events: Array.isArray(events) ? events.map(String) : [],
      error: null,
    };
  } catch (error) {
    if (!(error instanceof BridgewatchError)) throw error;
    return { found: null, fresh: null, events: [], error: `${error.code}: ${error.message}` };
  }
}

async function askedInSql(queries: LakeQueries, sql: string, scope: Scope): Promise<Found> {
  const { columns, rows } = await askSql(queries, scope, sql);
  const at = columns.findIndex(({ name }) => name === 'id');
  const events = at < 0 ? [] : rows.slice(0, SAMPLE).map((row) => String(row[at]));
  return { found: rows.length, fresh: rows.length, events, error: null };
}
