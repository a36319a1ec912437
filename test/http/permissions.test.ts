import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { fillResponseTables } from '../store-rows-response.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse, people, providerAnalyst } from './house.ts';
import { accessMatrix } from './matrix/access.ts';
import { autonomyMatrix } from './matrix/autonomy.ts';
import { connectorMatrix } from './matrix/connectors.ts';
import { huntMatrix } from './matrix/hunts.ts';
import { ingestMatrix } from './matrix/ingest.ts';
import { modelMatrix } from './matrix/models.ts';
import { responseMatrix } from './matrix/response.ts';
import { prepareReview, reviewMatrix } from './matrix/review.ts';
import { type Caller, decider, open, type Routes, signedIn, staff } from './matrix/rows.ts';
import { sourceMatrix } from './matrix/sources.ts';
import { takesASession, takesNoScope, takesThatScope, takesThePerson } from './matrix/tokens.ts';
import { tuningMatrix } from './matrix/tuning.ts';
import { served } from './routes.ts';

/**
 * Every route walked by every kind of caller, against a table written out in matrix/ and not derived from the one under
 * test.
 */
const expected: Routes = {
  ...accessMatrix,
  ...reviewMatrix,
  ...responseMatrix,
  ...autonomyMatrix,
  ...connectorMatrix,
  ...sourceMatrix,
  ...huntMatrix,
  ...ingestMatrix,
  ...modelMatrix,
  ...tuningMatrix,
  'POST /api/auth/sign-in/email': open,
  'GET /api/auth/get-session': open,
  'POST /api/auth/change-password': open,
  'GET /api/auth/list-sessions': open,
  'POST /api/auth/revoke-session': open,
  'POST /api/auth/revoke-other-sessions': open,
  'GET /api/v1/me': signedIn,
  'GET /api/v1/verdict-reasons': signedIn,
  'GET /api/v1/tenants/:t/summary': staff,
  'GET /api/v1/tenants/:t/findings': staff,
  'GET /api/v1/tenants/:t/findings/:id': staff,
  'GET /api/v1/tenants/:t/findings/:id/events': staff,
  'GET /api/v1/tenants/:t/findings/:id/ledger': staff,
  'POST /api/v1/tenants/:t/findings/:id/determinations': decider,
  'POST /api/v1/tenants/:t/findings/:id/reopenings': decider,
  'GET /api/v1/tenants/:t/ledger': staff,
  'POST /api/v1/tenants/:t/ledger/verifications': decider,
  'GET /api/v1/tenants/:t/live': staff,
  'GET /healthz': open,
  'GET /api/v1/openapi.json': open,
  'POST /api/auth/sign-out': open,
};

let house: House;
let server: string;
const cookies = new Map<Caller, string>();
const tokens = new Map<'every scope' | 'one scope' | 'another tenant', string>();
beforeAll(async () => {
  house = await openHouse();
  server = await house.app.listen({ host: '127.0.0.1', port: 0 });
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  await prepareReview(house.store);
  await house.store.withTenants(['acme'], (tx) => fillResponseTables(tx, 'acme', 'f1'));
  const connector = { tenant: 'acme', id: 'f1', type: 'http', settings: {}, kinds: [], enabled: false, revision: 1 };
  await house.store.withTenants(['acme'], (tx) => tx.connectors.put(connector, 1));
  for (const { email, role, tenant } of people) {
    cookies.set(tenant === 'acme' ? role : 'stranger', await house.signIn(email));
  }
  cookies.set('provider', await house.signIn(providerAnalyst.email));
  const analyst = cookies.get('analyst') ?? '';
  const { scopes } = z
    .object({ scopes: z.array(z.string()) })
    .parse((await house.app.inject({ url: '/api/v1/tokens', headers: { cookie: analyst } })).json());
  tokens.set('every scope', await tokenOf(analyst, { scopes, tenant: 'acme' }));
  tokens.set('one scope', await tokenOf(analyst, { scopes: ['playbooks.read'], tenant: null }));
  const provider = cookies.get('provider') ?? '';
  await house.store.createTenant({ id: 'corp', name: 'Corp' });
  await house.store.withTenants(['corp'], (tx) => tx.access.assignProvider('corp', 'watch'));
  tokens.set('another tenant', await tokenOf(provider, { scopes, tenant: 'corp' }));
});
afterAll(() => house.close());

/** A token with these scopes, made as a person makes one. */
async function tokenOf(cookie: string, wish: { scopes: readonly string[]; tenant: string | null }): Promise<string> {
  const answer = await house.app.inject({
    method: 'POST',
    url: '/api/v1/tokens',
    headers: fromPage(cookie),
    payload: { name: 'walker', ...wish },
  });
  return z.object({ token: z.string() }).parse(answer.json()).token;
}

test('the table names every route, and no other', () => {
  expect(served(house.app.printRoutes({ commonPrefix: false }))).toEqual(Object.keys(expected).toSorted());
});

const routes = Object.keys(expected).filter((route) => route !== 'POST /api/auth/sign-out');
const inTenants = routes.filter((route) => route.includes('/:t/'));

test.each(routes)('%s', async (route) => {
  const seen: Partial<Record<Caller, 'ok' | number>> = {};
  for (const caller of Object.keys(open) as Caller[]) seen[caller] = await outcome(route, 'acme', as(caller));
  expect(seen).toEqual(expected[route]);
});

test.each(inTenants)('%s: in the other tenant, only its own people', async (route) => {
  const seen: Partial<Record<Caller, 'ok' | number>> = {};
  for (const caller of Object.keys(open) as Caller[]) seen[caller] = await outcome(route, 'bolt', as(caller));
  const nobody = { viewer: 404, lead: 404, administrator: 404, customer: 404, analyst: 404, provider: 404 };
  expect(seen).toEqual({ ...nobody, anonymous: 401, stranger: expected[route]?.analyst });
});

test.each(routes.filter((route) => !route.includes('/api/auth/')))("%s: an analyst's token", async (route) => {
  const seen = await outcome(route, 'acme', bearing('every scope'));
  const refused = takesThePerson.has(route) || takesASession.has(route);
  expect(seen).toBe(refused ? 403 : expected[route]?.analyst);
  const reached = takesNoScope.has(route) || takesThatScope.has(route);
  expect(await outcome(route, 'acme', bearing('one scope'))).toBe(reached ? 'ok' : 403);
});

test.each(inTenants)('%s: a token for another tenant finds nothing here', async (route) => {
  expect(await outcome(route, 'acme', bearing('another tenant'))).toBe(404);
});

// Last, since it ends the sessions that the others are walked with.
test('POST /api/auth/sign-out', async () => {
  for (const caller of Object.keys(open) as Caller[])
    expect(await outcome('POST /api/auth/sign-out', 'acme', as(caller))).toBe('ok');
});

function as(caller: Caller): Record<string, string> {
  const cookie = cookies.get(caller);
  return { origin: server, ...(cookie === undefined ? {} : { cookie }) };
}

function bearing(token: 'every scope' | 'one scope' | 'another tenant'): Record<string, string> {
  return { authorization: `Bearer ${tokens.get(token)}` };
}

/**
 * The library's routes judge by themselves who is signed in; there the guard only has to let everybody through. A 404 of
 * something inside a tenant is an answer of the route, to somebody who got through.
 */
async function outcome(route: string, tenant: string, headers: Record<string, string>): Promise<'ok' | number> {
  const [method = '', path = ''] = route.split(' ');
  const gone = new AbortController();
  const writes = method !== 'GET';
  const answer = await fetch(
    server + path.replace(':t', tenant).replace(':id', 'f1').replace(':name', 'n1').replace(':family', 'impact'),
    {
      method,
      redirect: 'manual',
      signal: gone.signal,
      headers: { ...headers, ...(writes ? { 'content-type': 'application/json' } : {}) },
      ...(writes ? { body: '{"verdict":"threat","reason":"data error"}' } : {}),
    },
  );
  // A live stream has no end to wait for.
  const problem = answer.headers.get('content-type')?.startsWith('application/problem') ? await answer.json() : {};
  const code = z.object({ code: z.string().default('') }).parse(problem).code;
  gone.abort();
  if (answer.status === 404 && !['TENANT_UNKNOWN', 'HTTP_NOT_FOUND'].includes(code)) return 'ok';
  if (
    path.startsWith('/api/auth/') &&
    !['AUTH_SIGN_IN_NEEDED', 'TENANT_UNKNOWN', 'AUTH_ROLE_LACKING', 'HTTP_NOT_FOUND'].includes(code)
  )
    return 'ok';
  return [401, 403, 404].includes(answer.status) ? answer.status : 'ok';
}
