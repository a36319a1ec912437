import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingLike, show } from '../../test/http/finding.ts';
import { openStateStore, type PostgresStore } from '../adapters/postgres/store.ts';
import { verdictReasons } from '../contracts/determination.ts';
import { dispositions } from '../contracts/investigation.ts';
import { type DeterminationRequest, determine, reopen } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-decide-'));
const clock = { now: () => Date.UTC(2026, 0, 5, 9) };
let store: PostgresStore;
beforeAll(async () => {
  store = await openStateStore({ place: { dataDir: folder }, clock, log: () => undefined });
  await store.createTenant({ id: 'acme', name: 'Acme' });
  await store.createTenant({ id: 'bolt', name: 'Bolt' });
  await store.addMember('acme', 'ana', 'analyst');
  await store.addMember('acme', 'vera', 'viewer');
  await store.addMember('bolt', 'bob', 'administrator');
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

let shown = 0;
async function request(changes: Partial<DeterminationRequest> = {}): Promise<DeterminationRequest> {
  shown += 1;
  const findingId = `finding-${shown}`;
  await show(store, findingLike({ id: findingId, tenant: 'acme' }));
  return {
    tenant: 'acme',
    findingId,
    expectedRevision: 1,
    verdict: 'threat',
    reason: 'compromised host',
    note: '',
    by: { id: 'ana', name: 'Ana' },
    ...changes,
  };
}

const onRecord = (id: string) =>
  store.withTenants(['acme'], async (tx) => ({
    finding: await tx.findings.get('acme', id),
    history: await tx.determinations.ofFinding('acme', id),
    entries: (await tx.ledger.ofSubject('acme', 'finding', id)).map(({ entry }) => entry.type),
  }));

describe('only a person decides', () => {
  test.each([
    ['an account nobody knows', { id: 'triage-model', name: 'Triage' }],
    ['no account', { id: '', name: 'Somebody' }],
    ['somebody without a name', { id: 'ana', name: ' ' }],
    ['somebody who may only look', { id: 'vera', name: 'Vera' }],
    ['an administrator of another tenant', { id: 'bob', name: 'Bob' }],
  ])('%s may not', async (_who, by) => {
    const asked = await request({ by });
    await expect(determine(store, clock, asked)).rejects.toMatchObject({ code: 'DECIDE_NEEDS_PERSON', status: 403 });
    await expect(reopen(store, clock, asked)).rejects.toMatchObject({ code: 'DECIDE_NEEDS_PERSON', status: 403 });
    expect(await onRecord(asked.findingId)).toMatchObject({ history: [], entries: ['finding.surfaced'] });
  });
});

test('every reason of the short list is taken for its verdict', async () => {
  for (const verdict of dispositions) {
    for (const reason of verdictReasons[verdict]) {
      const asked = await request({ verdict, reason });
      expect(await determine(store, clock, asked)).toMatchObject({ verdict, reason });
    }
  }
});

test('a finding is found by the id it was merged from, and the determination names the one it has', async () => {
  const asked = await request();
  await store.withTenants(['acme'], (tx) => tx.findings.alias('acme', 'merged-away', asked.findingId));
  const made = await determine(store, clock, { ...asked, findingId: 'merged-away' });
  expect(made.finding).toBe(asked.findingId);
  const again = await determine(store, clock, {
    ...asked,
    expectedReviews: 1,
    verdict: 'inconclusive',
    reason: 'telemetry gap',
  });
  expect(again.id).not.toBe(made.id);
  expect((await onRecord(asked.findingId)).history.map(({ id }) => id)).toEqual([made.id, again.id]);
});

test('a ledger that cannot be written keeps the determination from being made', async () => {
  const asked = await request();
  // The entry comes first and in the same transaction: where it fails, nothing follows it.
  const failing: typeof store = {
    ...store,
    withTenants: (tenants, work) =>
      store.withTenants(tenants, (tx) =>
        work({ ...tx, ledger: { ...tx.ledger, append: () => Promise.reject(new Error('disk full')) } }),
      ),
  };
  await expect(determine(failing, clock, asked)).rejects.toThrow('disk full');
  expect(await onRecord(asked.findingId)).toMatchObject({ finding: { status: 'open' }, history: [] });
});

test('a determination that cannot be kept takes its ledger entry with it', async () => {
  const asked = await request();
  const failing: typeof store = {
    ...store,
    withTenants: (tenants, work) =>
      store.withTenants(tenants, (tx) =>
        work({ ...tx, determinations: { ...tx.determinations, append: () => Promise.reject(new Error('crash')) } }),
      ),
  };
  await expect(determine(failing, clock, asked)).rejects.toThrow('crash');
  expect((await onRecord(asked.findingId)).entries).toEqual(['finding.surfaced']);
});

test('of two people deciding at once one is told of the other, and reverses only what they name', async () => {
  await store.addMember('acme', 'lee', 'lead');
  const asked = await request();
  const others: DeterminationRequest = {
    ...asked,
    verdict: 'benign',
    reason: 'authorised administration',
    by: { id: 'lee', name: 'Lee' },
  };
  const outcomes = await Promise.allSettled([determine(store, clock, asked), determine(store, clock, others)]);
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused).toMatchObject([{ code: 'FINDING_REVIEWED_SINCE', status: 412 }]);
  const first = (await onRecord(asked.findingId)).history;
  expect(first).toHaveLength(1);
  expect(refused[0].message).toContain(`${first[0]?.by.name} determined it ${first[0]?.verdict} at 2026-01-05`);
  const late = first[0]?.by.id === 'ana' ? others : asked;
  await expect(determine(store, clock, { ...late, reverses: 'another' })).rejects.toMatchObject({ status: 412 });
  await determine(store, clock, { ...late, reverses: first[0]?.id });
  const { history } = await onRecord(asked.findingId);
  expect(history.map(({ supersededAt }) => supersededAt === null)).toEqual([false, true]);
});
