import { fastify } from 'fastify';
import { BridgewatchError } from '../kernel/errors.ts';
import type { ServerDeps } from './deps.ts';
import { buildServer } from './server.ts';

const unreachable = (): never => {
  throw new BridgewatchError('HTTP_DESCRIBED_ONLY', 'this server was built to be described, not to answer');
};

/** Nothing behind the routes: they are read, never called. */
const described: ServerDeps = {
  store: {
    withTenants: unreachable,
    createTenant: unreachable,
    memberships: unreachable,
    addMember: unreachable,
    eraseSubject: unreachable,
    onChange: () => () => undefined,
    close: async () => undefined,
  },
  auth: {
    handle: unreachable,
    personOf: unreachable,
    accountOf: unreachable,
    accountByEmail: unreachable,
    createAccount: unreachable,
    accounts: unreachable,
    giveNewPassword: unreachable,
    oidc: null,
    record: unreachable,
  },
  clock: { now: unreachable },
  summary: unreachable,
  verifyLedger: unreachable,
  activityOf: unreachable,
  connectors: { names: [], check: unreachable },
  secrets: { put: unreachable },
  webRoot: null,
  log: fastify().log,
  publicUrl: null,
};

/** The API as an OpenAPI 3.1 document, without a store or a port. */
export async function openapiDocument(): Promise<object> {
  const app = await buildServer(described);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
