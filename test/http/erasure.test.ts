import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inMaintenance } from '../../src/adapters/postgres/maintenance.ts';
import { accountSubject } from '../../src/contracts/personal.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse, people } from './house.ts';

/** Names and emails of people, in every entry that the product writes about them, and what is left once one is erased. */

let house: House;
let ana: string;
let lee: string;
const found = 'a'.repeat(32);
const base = '/api/v1/tenants/acme';
beforeAll(async () => {
  house = await openHouse();
  ana = await house.signIn('ana@acme.example');
  lee = await house.signIn('lee@acme.example');
  await show(house.store, findingLike({ id: found, tenant: 'acme' }));
  const decide = (what: string, payload: object, seen = '"1"') =>
    house.app.inject({
      method: 'POST',
      url: `${base}/findings/${found}/${what}`,
      headers: { ...fromPage(ana), 'if-match': seen, 'idempotency-key': randomUUID() },
      payload,
    });
  const determined = await decide('determinations', { verdict: 'threat', reason: 'compromised host', note: '' });
  const reopened = await decide('reopenings', { reason: 'the owner called' }, '"1.1"');
  expect([determined.statusCode, reopened.statusCode]).toEqual([201, 201]);
});
afterAll(() => house.close());

const idOf = async (cookie: string): Promise<string> =>
  (await house.app.inject({ url: '/api/v1/me', headers: { cookie } })).json().user.id;

async function asSeen(): Promise<{ entry: { type: string }; payload: { by?: { id: string; name: unknown } } }[]> {
  const answer = await house.app.inject({ url: `${base}/findings/${found}/ledger`, headers: { cookie: lee } });
  return answer.json().items.filter(({ payload }: { payload: { by?: unknown } }) => payload.by !== undefined);
}

test('no name and no email of anybody stands in the ledger in the clear', async () => {
  const stored = await inMaintenance(house.store.owner, 'read', async (client) => {
    const { rows } = await client.query<{ text: string }>(
      `SELECT encode(entry, 'escape') || encode(payload, 'escape') AS text
       FROM ledger_entries JOIN ledger_payloads USING (tenant_id, seq)`,
    );
    return rows.map(({ text }) => text);
  });
  expect(stored.filter((text) => text.includes('$personal')).length).toBeGreaterThan(2 * people.length);
  for (const { name, email } of people) {
    for (const text of stored) {
      expect(text).not.toContain(name);
      expect(text).not.toContain(email);
    }
  }
});

test('who is erased is gone from what colleagues see of the ledger; what was decided, and by which account, stays', async () => {
  const id = await idOf(ana);
  expect((await asSeen()).map(({ entry, payload }) => [entry.type, payload.by])).toEqual([
    ['determination.made', { id, name: 'Ana Analyst' }],
    ['finding.reopened', { id, name: 'Ana Analyst' }],
  ]);
  const by = { actor: { kind: 'human', id: await idOf(lee), version: '' }, onBehalfOf: null } as const;
  expect(await house.store.eraseSubject('acme', accountSubject(id), by)).toBe(1);
  const erased = { erased: true, subject: accountSubject(id) };
  expect((await asSeen()).map(({ payload }) => payload.by)).toEqual([
    { id, name: erased },
    { id, name: erased },
  ]);
  expect((await house.store.verifyLedger()).problem).toBeNull();
});
