import { and, eq, inArray, sql } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { EvidenceEvent, StateTx } from '../../ports/state-store.ts';
import type { Queries } from './connection.ts';
import { counters, evidenceEvents, idempotencyKeys } from './schema.ts';

/** Seven values a row; a statement may carry 65,535. */
const ROWS_A_STATEMENT = 1000;

/** The raw events that findings of one transaction rest on. */
export function evidenceRows(queries: Queries): StateTx['evidence'] {
  return {
    async put(tenant, events) {
      // In one order for everyone, so that two writers of the same events queue instead of blocking each other.
      const rows = events
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ raw, ...event }) => ({ tenantId: tenant, ...event, raw: Buffer.from(raw, 'utf8') }));
      for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
        await queries
          .insert(evidenceEvents)
          .values(rows.slice(at, at + ROWS_A_STATEMENT))
          .onConflictDoNothing();
      }
    },
    async get(tenant, ids) {
      const found = new Map<string, EvidenceEvent>();
      for (let at = 0; at < ids.length; at += ROWS_A_STATEMENT) {
        const rows = await queries
          .select()
          .from(evidenceEvents)
          .where(
            and(eq(evidenceEvents.tenantId, tenant), inArray(evidenceEvents.id, ids.slice(at, at + ROWS_A_STATEMENT))),
          );
        for (const { tenantId: _, raw, ...event } of rows) {
          found.set(event.id, { ...event, raw: Buffer.from(raw).toString('utf8') });
        }
      }
      return ids.flatMap((id) => found.get(id) ?? []);
    },
  };
}

/** Named running totals of a tenant. */
export function counterRows(queries: Queries): StateTx['counters'] {
  return {
    async add(tenant, counts) {
      const rows = Object.entries(counts)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => {
          if (Number.isSafeInteger(value)) return { tenantId: tenant, name, value };
          throw new BridgewatchError(
            'STATE_BAD_COUNT',
            `Counter ${name} cannot grow by ${value}; give a whole number`,
            400,
          );
        });
      if (rows.length === 0) return;
      await queries
        .insert(counters)
        .values(rows)
        .onConflictDoUpdate({
          target: [counters.tenantId, counters.name],
          set: { value: sql`${counters.value} + excluded.value` },
        });
    },
    async read(tenant) {
      const rows = await queries.select().from(counters).where(eq(counters.tenantId, tenant));
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
  };
}

/** Answers already given, by Idempotency-Key. A second writer of one key fails, and its effect with it. */
export function idempotencyRows(queries: Queries): StateTx['idempotency'] {
  return {
    async get(tenant, account, key) {
      const rows = await queries
        .select()
        .from(idempotencyKeys)
        .where(
          and(
            eq(idempotencyKeys.tenantId, tenant),
            eq(idempotencyKeys.accountId, account),
            eq(idempotencyKeys.key, key),
          ),
        );
      const row = rows[0];
      if (row === undefined) return null;
      return { requestHash: row.requestHash, status: row.status, body: Buffer.from(row.body).toString('utf8') };
    },
    async put(tenant, account, key, { requestHash, status, body, at }) {
      await queries.insert(idempotencyKeys).values({
        tenantId: tenant,
        accountId: account,
        key,
        requestHash,
        status,
        body: Buffer.from(body, 'utf8'),
        at,
      });
    },
  };
}
