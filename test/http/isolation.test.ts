import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse } from './house.ts';

/** Two tenants with a finding each, and even events of the same id: what one tenant's people can reach of the other. */
let house: House;
let ana: string;
let bob: string;
beforeAll(async () => {
  house = await openHouse();
  await show(house.store, findingLike({ id: 'acme-finding', tenant: 'acme', title: 'secret of acme' }));
  await show(house.store, findingLike({ id: 'bolt-finding', tenant: 'bolt', title: 'secret of bolt' }));
  ana = await house.signIn('ana@acme.example');
  bob = await house.signIn('bob@bolt.example');
});
afterAll(() => house.close());

const get = (url: string, cookie: string) => house.app.inject({ url, headers: { cookie } });

describe.each([
  ['acme', () => ana, 'bolt'],
  ['bolt', () => bob, 'acme'],
])('a person of %s', (mine, cookieOf, theirs) => {
  test('sees their own queue, finding, events and ledger', async () => {
    const { items } = (await get(`/api/v1/tenants/${mine}/findings`, cookieOf())).json();
    expect(items.map(({ title }: { title: string }) => title)).toEqual([`secret of ${mine}`]);
    const events = (await get(`/api/v1/tenants/${mine}/findings/${mine}-finding/events`, cookieOf())).json();
    expect(events.total).toBe(2);
    expect(events.items.map(({ raw }: { raw: string }) => JSON.parse(raw).tenant)).toEqual([mine, mine]);
  });

  test.each(['', '/events', '/ledger'])("does not find the other's finding under their own tenant%s", async (part) => {
    const answer = await get(`/api/v1/tenants/${mine}/findings/${theirs}-finding${part}`, cookieOf());
    expect(answer.json()).toMatchObject({ status: 404, code: 'FINDING_UNKNOWN' });
    expect(answer.body).not.toContain('secret');
  });

  test.each(['/summary', '/findings', '/findings/x', '/findings/x/events', '/ledger', '/live'])(
    'cannot tell the other tenant from none: %s',
    async (part) => {
      const other = await get(`/api/v1/tenants/${theirs}${part}`, cookieOf());
      const none = await get(`/api/v1/tenants/nosuch${part}`, cookieOf());
      expect(other.statusCode).toBe(404);
      expect(other.body).toBe(none.body.replaceAll('nosuch', theirs));
    },
  );

  test("cannot decide on the other's finding", async () => {
    for (const tenant of [mine, theirs]) {
      const answer = await house.app.inject({
        method: 'POST',
        url: `/api/v1/tenants/${tenant}/findings/${theirs}-finding/determinations`,
        headers: { ...fromPage(cookieOf()), 'if-match': '"1"', 'idempotency-key': randomUUID() },
        payload: { verdict: 'benign', reason: 'authorised administration', note: '' },
      });
      expect(answer.statusCode).toBe(404);
    }
    const stored = await house.store.withTenants([theirs], (tx) => tx.findings.get(theirs, `${theirs}-finding`));
    expect(stored?.status).toBe('open');
  });
});

test('events of a tenant that a finding does not rest on are not handed out', async () => {
  await show(house.store, findingLike({ id: 'other-finding', tenant: 'acme', events: ['e9'] }));
  const { items } = (await get('/api/v1/tenants/acme/findings/acme-finding/events?ids=e1,e9', ana)).json();
  expect(items.map(({ id }: { id: string }) => id)).toEqual(['e1']);
});

test("the system chain is nobody's to read over HTTP", async () => {
  expect((await get('/api/v1/tenants/system/ledger', ana)).statusCode).toBe(404);
});
