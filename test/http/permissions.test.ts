import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { findingLike, show } from './finding.ts';
import { type House, openHouse, people } from './house.ts';
import { accessMatrix } from './matrix/access.ts';
import { autonomyMatrix } from './matrix/autonomy.ts';
import { responseMatrix } from './matrix/response.ts';
import { prepareReview, reviewMatrix } from './matrix/review.ts';
import { type Caller, decider, open, type Routes, signedIn, staff } from './matrix/rows.ts';
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
  // Last, since it ends the sessions that the others are walked with.
  'POST /api/auth/sign-out': open,
};

let house: House;
let server: string;
const cookies = new Map<Caller, string>();
beforeAll(async () => {
  house = await openHouse();
  server = await house.app.listen({ host: '127.0.0.1', port: 0 });
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  await prepareReview(house.store);
  for (const { email, role, tenant } of people) {
    cookies.set(tenant === 'acme' ? role : 'stranger', await house.signIn(email));
  }
});
afterAll(() => house.close());

test('the table names every route, and no other', () => {
  expect(served(house.app.printRoutes({ commonPrefix: false }))).toEqual(Object.keys(expected).toSorted());
});

test.each(Object.keys(expected))('%s', async (route) => {
  const seen: Partial<Record<Caller, 'ok' | number>> = {};
  for (const caller of Object.keys(open) as Caller[]) seen[caller] = await outcome(route, caller);
  expect(seen).toEqual(expected[route]);
});

/** The library's routes judge by themselves who is signed in; there the guard only has to let everybody through. */
async function outcome(route: string, caller: Caller): Promise<'ok' | number> {
  const [method = '', path = ''] = route.split(' ');
  const gone = new AbortController();
  const cookie = cookies.get(caller);
  const answer = await fetch(server + path.replace(':t', 'acme').replace(':id', 'f1'), {
    method,
    signal: gone.signal,
    headers: {
      origin: server,
      ...(cookie === undefined ? {} : { cookie }),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    },
    ...(method === 'POST' ? { body: '{"verdict":"threat","reason":"data error"}' } : {}),
  });
  // A live stream has no end to wait for.
  const problem = answer.headers.get('content-type')?.startsWith('application/problem') ? await answer.json() : {};
  const code = z.object({ code: z.string().default('') }).parse(problem).code;
  gone.abort();
  if (
    path.startsWith('/api/auth/') &&
    !['AUTH_SIGN_IN_NEEDED', 'TENANT_UNKNOWN', 'AUTH_ROLE_LACKING', 'HTTP_NOT_FOUND'].includes(code)
  )
    return 'ok';
  return [401, 403, 404].includes(answer.status) ? answer.status : 'ok';
}
