import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { code, onEveryStore } from '../../../test/store-backends.ts';
import { finding, note, stored } from '../../../test/store-rows.ts';
import * as schema from './schema.ts';
import * as accessSchema from './schema-access.ts';
import * as authSchema from './schema-auth.ts';
import * as autonomySchema from './schema-autonomy.ts';
import * as belowSchema from './schema-below.ts';
import * as erasureSchema from './schema-erasure.ts';
import * as huntsSchema from './schema-hunts.ts';
import * as modelSchema from './schema-model.ts';
import * as responseSchema from './schema-response.ts';
import * as reviewSchema from './schema-review.ts';
import * as secretsSchema from './schema-secrets.ts';
import * as sourcesSchema from './schema-sources.ts';
import * as tuningSchema from './schema-tuning.ts';

const schemas = [
  schema,
  authSchema,
  accessSchema,
  reviewSchema,
  responseSchema,
  autonomySchema,
  erasureSchema,
  secretsSchema,
  sourcesSchema,
  belowSchema,
  huntsSchema,
  modelSchema,
  tuningSchema,
];

onEveryStore('state store', ({ room, newTenant, asOwner }) => {
  describe('counters, evidence, idempotency', () => {
    it('adds up what many add at once', async () => {
      const a = await newTenant();
      const add = () => room().store.withTenants([a], (tx) => tx.counters.add(a, { events: 3, rejects: 1 }));
      await Promise.all(Array.from({ length: 12 }, add));
      expect(await room().store.withTenants([a], (tx) => tx.counters.read(a))).toEqual({ events: 36, rejects: 12 });
      await expect(room().store.withTenants([a], (tx) => tx.counters.add(a, { events: 0.5 }))).rejects.toThrow(
        code('STATE_BAD_COUNT'),
      );
    });

    it('keeps the first evidence of an id, past one statement of rows', async () => {
      const a = await newTenant();
      const events = Array.from({ length: 2300 }, (_, n) => ({
        id: `e${n}`,
        time: n,
        lens: 'x',
        file: 'f',
        line: n + 1,
        raw: `{"n":${n}}`,
      }));
      await room().store.withTenants([a], (tx) => tx.evidence.put(a, events));
      await room().store.withTenants([a], (tx) =>
        tx.evidence.put(
          a,
          events.map((event) => ({ ...event, raw: 'changed' })),
        ),
      );
      const ids = events.map((event) => event.id).toReversed();
      expect(await room().store.withTenants([a], (tx) => tx.evidence.get(a, ids))).toEqual(events.toReversed());
    });

    it('undoes the second of two requests with one key', async () => {
      const a = await newTenant();
      const request = () =>
        room().store.withTenants([a], async (tx) => {
          await tx.counters.add(a, { effects: 1 });
          await tx.idempotency.put(a, 'ann', 'key', { requestHash: 'h', status: 201, body: '{"ok":true}', at: 1 });
        });
      const outcomes = await Promise.allSettled([request(), request()]);
      expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))).toEqual([
        code('STATE_IDEMPOTENCY_TAKEN'),
      ]);
      await room().store.withTenants([a], async (tx) => {
        expect(await tx.counters.read(a)).toEqual({ effects: 1 });
        expect(await tx.idempotency.get(a, 'ann', 'key')).toEqual({
          requestHash: 'h',
          status: 201,
          body: '{"ok":true}',
        });
        expect(await tx.idempotency.get(a, 'bob', 'key')).toBeNull();
      });
    });
  });

  describe('transactions and ledger', () => {
    it('keeps one chain under parallel appends, rollbacks among them', async () => {
      const a = await newTenant();
      const append = (n: number) =>
        room().store.withTenants([a], async (tx) => {
          await Promise.all([tx.ledger.append(a, note(`f${n}`)), tx.ledger.append(a, note(`g${n}`))]);
          if (n % 5 === 0) throw new Error('undone');
        });
      await Promise.allSettled(Array.from({ length: 30 }, (_, n) => append(n)));
      const entries = await room().store.withTenants([a], (tx) => tx.ledger.list(a, 0, 1000));
      expect(entries.map(({ entry }) => entry.seq)).toEqual(Array.from({ length: 48 }, (_, n) => n + 1));
      expect(entries.some(({ entry }) => entry.subject.id === 'f5')).toBe(false);
      const verdict = await room().store.verifyLedger();
      expect(verdict.problem).toBeNull();
      expect(verdict.chains).toContainEqual(
        expect.objectContaining({ tenant: a, entries: 48, head: entries.at(-1)?.hash }),
      );
      const ofSubject = await room().store.withTenants([a], (tx) => tx.ledger.ofSubject(a, 'finding', 'g7'));
      expect(ofSubject.map(({ payload }) => payload)).toEqual([{ subject: 'g7' }]);
    });

    it('takes the time from the clock', async () => {
      const a = await newTenant();
      room().clock.set(Date.UTC(2031, 4, 6, 7, 8, 9, 10));
      const entry = await room().store.withTenants([a], (tx) => tx.ledger.append(a, note('f')));
      expect(entry.at).toBe('2031-05-06T07:08:09.010Z');
    });

    it('records its own migrations on the system chain', async () => {
      const [first] = await room().store.withTenants(['system'], (tx) => tx.ledger.list('system', 0, 1));
      expect(first?.entry.type).toBe('store.migrated');
    });

    it('fails a transaction that leaves a call running, and refuses calls after the end', async () => {
      const a = await newTenant();
      const forgotten = room().store.withTenants([a], async (tx) => {
        void tx.counters.add(a, { events: 1 });
      });
      await expect(forgotten).rejects.toThrow(code('STATE_CALL_NOT_AWAITED'));
      const leaked = await room().store.withTenants([a], async (tx) => tx);
      await expect(leaked.counters.read(a)).rejects.toThrow(code('STATE_TRANSACTION_OVER'));
      expect(await room().store.withTenants([a], (tx) => tx.counters.read(a))).toEqual({});
    });

    it('stays committed when a listener fails', async () => {
      const a = await newTenant();
      const stop = room().store.onChange(() => {
        throw new Error('a view is gone');
      });
      await room().store.withTenants([a], (tx) => tx.counters.add(a, { events: 1 }));
      stop();
      expect(await room().store.withTenants([a], (tx) => tx.counters.read(a))).toEqual({ events: 1 });
    });

    it('tells of changes after the commit, and of none that was undone', async () => {
      const a = await newTenant();
      const heard: string[] = [];
      const stop = room().store.onChange(({ tenant, kind, id }) => heard.push(`${tenant} ${kind} ${id}`));
      await room()
        .store.withTenants([a], async (tx) => {
          await tx.findings.put(stored(finding(a, 'undone')));
          throw new Error('undone');
        })
        .catch(() => undefined);
      await room().store.withTenants([a], async (tx) => {
        await tx.findings.put(stored(finding(a, 'f')));
        expect(heard).toEqual([]);
      });
      stop();
      await room().store.withTenants([a], (tx) => tx.findings.put(stored(finding(a, 'unheard'))));
      expect(heard).toEqual([`${a} finding f`]);
    });
  });
  it('has the columns that queries believe in', async () => {
    const believed = schemas.flatMap(Object.values<PgTable>).map((table) => {
      const { name: tableName, columns } = getTableConfig(table);
      return [
        tableName,
        columns.map((column) => `${column.name} ${column.notNull ? 'required' : 'optional'}`).toSorted(),
      ];
    });
    const found = await asOwner<{ name: string; columns: string[] }>(
      `SELECT table_name AS name,
       array_agg(column_name || CASE is_nullable WHEN 'NO' THEN ' required' ELSE ' optional' END)::text[] AS columns
     FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1`,
    );
    expect(new Map(found.map((row) => [row.name, row.columns.toSorted()]))).toEqual(
      new Map(believed as [string, string[]][]),
    );
  });

  it('carries better-auth: sign-up, sign-in, session', async () => {
    const auth = betterAuth({
      baseURL: 'http://localhost',
      secret: 'a secret for the test of thirty-two characters',
      database: drizzleAdapter(room().store.authDb, { provider: 'pg', schema: authSchema }),
      emailAndPassword: { enabled: true },
      telemetry: { enabled: false },
      logger: { disabled: true },
    });
    const body = { email: 'ann@example.test', password: 'correct horse battery', name: 'Ann' };
    const { user } = await auth.api.signUpEmail({ body });
    const { headers } = await auth.api.signInEmail({ body, returnHeaders: true });
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
    expect(session?.user).toMatchObject({ id: user.id, email: body.email, name: 'Ann' });
    await expect(auth.api.signInEmail({ body: { ...body, password: 'wrong horse battery' } })).rejects.toThrow();
  });
});
