import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { fastify, type LightMyRequestResponse } from 'fastify';
import { dryRunConnector } from '../../src/adapters/connectors/dry-run/dry-run.ts';
import { type Connectors, configuredConnectors } from '../../src/adapters/connectors/index.ts';
import { systemNetwork } from '../../src/adapters/connectors/network/network.ts';
import * as authSchema from '../../src/adapters/postgres/schema-auth.ts';
import { openStateStore, type PostgresStore } from '../../src/adapters/postgres/store.ts';
import { keptSecrets } from '../../src/adapters/secrets/kept-secrets.ts';
import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts';
import type { Role } from '../../src/contracts/tenant.ts';
import type { App } from '../../src/http/app.ts';
import { createAccount, createLogin, setup } from '../../src/http/auth/accounts.ts';
import { type Auth, buildAuth } from '../../src/http/auth/auth.ts';
import type { AuthDeps } from '../../src/http/auth/options.ts';
import { assignTenant, employ, makeProvider } from '../../src/http/auth/providers.ts';
import { recordAccounts } from '../../src/http/auth/record.ts';
import type { ServerDeps } from '../../src/http/deps.ts';
import { buildServer } from '../../src/http/server.ts';
import { actionKinds } from '../../src/respond/index.ts';

/** A server over a real store in a folder of its own, with two tenants and a person for each role in the first. */
export interface House {
  readonly app: App;
  readonly store: PostgresStore;
  readonly auth: Auth;
  readonly connectors: Connectors;
  readonly dataDir: string;
  /** A signed-in person's Cookie header. */
  signIn(email: string, password?: string): Promise<string>;
  /** Lets time go by. */
  pass(ms: number): void;
  close(): Promise<void>;
}

export const PASSWORD = 'correct horse battery';
/** Tests run at one moment that moves by a second with each look at it. */
export const START = Date.UTC(2026, 0, 5, 8);

export const people: readonly { email: string; name: string; tenant: string; role: Role }[] = [
  { email: 'vera@acme.example', name: 'Vera Viewer', tenant: 'acme', role: 'viewer' },
  { email: 'ana@acme.example', name: 'Ana Analyst', tenant: 'acme', role: 'analyst' },
  { email: 'lee@acme.example', name: 'Lee Lead', tenant: 'acme', role: 'lead' },
  { email: 'ada@acme.example', name: 'Ada Administrator', tenant: 'acme', role: 'administrator' },
  { email: 'cora@acme.example', name: 'Cora Customer', tenant: 'acme', role: 'customer' },
  { email: 'bob@bolt.example', name: 'Bob Analyst', tenant: 'bolt', role: 'analyst' },
];

/** Works for Watch, the provider that looks after acme and not bolt. */
export const providerAnalyst = { email: 'pia@watch.example', name: 'Pia Provider' };
/** Response that touches nothing, and one playbook. */
function rehearsal(): NonNullable<ServerDeps['respond']> {
  const connector = dryRunConnector(Object.keys(actionKinds));
  return {
    connectorFor: async () => ({ id: 'dry-run', connector }),
    reachOf: () => ({
      said: ['2 accounts of people were seen active on it'],
      affects: [{ kind: 'user', value: 'mia' }],
    }),
    playbooks: [
      {
        family: 'impact',
        title: 'What stops it now?',
        actions: [
          {
            kind: 'isolate_host',
            target: 'host',
            impact: 'high',
            reversible: true,
            when: 'threat',
            why: 'It encrypts',
          },
        ],
      },
    ],
  };
}

let callers = 0;
/** A client address no test used before: attempts are counted per address, in one process. */
export function newCaller(): string {
  callers += 1;
  return `198.51.${100 + (callers >> 8)}.${callers & 255}`;
}

export async function openHouse(
  changes: Partial<ServerDeps> = {},
  inhabitants: typeof people = people,
  more: Partial<AuthDeps> = {},
): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-http-'));
  let now = START;
  const clock = { now: () => (now += 1000) };
  const store = await openStateStore({ place: { dataDir: folder }, clock, log: () => undefined });
  const log = fastify().log;
  const auth = buildAuth({
    database: drizzleAdapter(store.authDb, { provider: 'pg', schema: authSchema }),
    secret: randomBytes(32).toString('hex'),
    publicUrl: changes.publicUrl ?? null,
    log,
    record: recordAccounts(store),
    ...more,
  });
  const secrets = keptSecrets(store, openKeyRing(folder, {}), clock);
  const room = {
    secrets,
    clock,
    network: { ...systemNetwork({}), loopback: true },
    consoleUrl: changes.publicUrl ?? null,
  };
  const connectors = configuredConnectors(store, room);
  await store.createTenant({ id: 'acme', name: 'Acme' });
  await store.createTenant({ id: 'bolt', name: 'Bolt' });
  for (const person of inhabitants) await createAccount({ auth, store }, { ...person, password: PASSWORD });
  if (inhabitants.length > 0) await hireProvider({ store, auth, clock });
  const app = await buildServer({
    store,
    auth,
    clock,
    log,
    publicUrl: null,
    webRoot: null,
    summary: async (tenant) => {
      const [counts, findings] = await store.withTenants(
        [tenant],
        async (tx) => [await tx.counters.read(tenant), await tx.findings.counts(tenant)] as const,
      );
      return {
        events: counts.events ?? 0,
        malformed: 0,
        detections: counts.detections ?? 0,
        findings,
        ingest: { state: 'idle' },
      };
    },
    verifyLedger: async (tenant) => {
      const chain = (await store.verifyLedger()).chains.find((each) => each.tenant === tenant);
      return { ok: chain !== undefined && chain.problem === null, entries: chain?.entries ?? 0 };
    },
    activityOf: () => null,
    respond: rehearsal(),
    connectors,
    secrets,
    ...changes,
  });
  await app.ready();
  return {
    app,
    store,
    auth,
    pass(ms) {
      now += ms;
    },
    connectors,
    dataDir: folder,
    async signIn(email, password = PASSWORD) {
      const answer = await attempt(app, email, password, newCaller());
      if (answer.statusCode !== 200) throw new Error(`sign-in answered ${answer.statusCode}: ${answer.body}`);
      return cookieOf(answer);
    },
    async close() {
      await app.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Watch looks after acme, and Pia works for it. */
async function hireProvider({ store, auth, clock }: Pick<ServerDeps, 'store' | 'auth' | 'clock'>): Promise<void> {
  await makeProvider({ store, clock }, { id: 'watch', name: 'Watch' }, setup);
  await assignTenant({ store, clock }, 'acme', 'watch', setup);
  const login = { ...providerAnalyst, password: PASSWORD, mustChange: false };
  const pia = await createLogin({ auth, store }, login, { provider: 'watch' }, setup);
  await employ({ store, clock }, 'watch', pia.id, 'analyst', setup);
}

/** One try at signing in from an address. */
export function attempt(
  app: App,
  email: string,
  password: string,
  remoteAddress: string,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: 'POST',
    url: '/api/auth/sign-in/email',
    remoteAddress,
    headers: { host: 'localhost', ...headers },
    payload: { email, password },
  });
}

/** What a browser would send back of the cookies an answer set. */
export function cookieOf(answer: LightMyRequestResponse): string {
  return answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
}

/** Headers of a request that our own page sends. */
export function fromPage(cookie: string): Record<string, string> {
  return { cookie, host: 'localhost:8080', origin: 'http://localhost:8080' };
}
