import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureSigningKey, publicKeyText } from '../../src/adapters/ledger-file/signing-key.ts';
import { writeGzipLines } from '../../src/adapters/ledger-file/write-lines.ts';
import { writeBackup } from '../../src/adapters/postgres/backup/write.ts';
import { exportChains, signChains } from '../../src/adapters/postgres/ledger-maintenance.ts';
import { inMaintenance } from '../../src/adapters/postgres/maintenance.ts';
import { openapiDocument } from '../../src/http/openapi-document.ts';
import { EXPORT_FORMAT, exportLines } from '../../src/ledger/export-format.ts';
import type { Connector } from '../../src/ports/connector.ts';
import { selfSigned } from '../certificate.ts';
import { onLoopback, orderOf, planOf, runOf } from '../connector-room.ts';
import { type FakeIam, startFakeIam } from '../fake-iam.ts';
import { type MailServer, startMailServer } from '../mail-server.ts';
import { type OtherSide, startOtherSide } from '../other-side.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse, people, START } from './house.ts';
import { foundIn } from './planted.ts';

/** Planted through the API, and in the environment; each unlike anything else, with characters that every encoding changes. */
const planted = {
  http: 'pl4nt-http "q" /+&=%~Aa1',
  iam: 'pl4nt-iam/key+secret==Bb2',
  mail: 'pl4nt-mail pass:word/+Cc3',
  hook: '/services/pl4nt-T0/B0+hook-Dd4',
  sign: 'pl4nt-sign/+ key of 32 bytes Ee5',
  desk: 'pl4nt-desk/+token~Ff6',
  rejected: 'pl4nt-rejected by the API/+Gg7',
  environment: 'pl4nt-environment/+Hh8',
};
const OWN_KEY = 'AKIAOWNOWNOWNOWNOWN1';
const BOB_KEY = 'AKIABOBBOBBOBBOBBOB1';

let house: House;
let side: OtherSide;
let iam: FakeIam;
let mail: MailServer | null = null;
let ada: string;
/** How the mail server takes a recipient. */
let mailAnswer: (done: (error?: Error) => void) => void = (done) => done();
const certificate = selfSigned('mail.example');
if ('missing' in certificate) console.warn(`mail in the secrets grep fails only: ${certificate.missing}`);
const log: string[] = [];
/** What connectors said: surveys, plans, receipts, checks, errors with their causes. */
const said: string[] = [];
/** What the other sides were told, secrets and all. */
const told = () => JSON.stringify([side.heard, iam.side.heard]);

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVENVENVENVENV1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', planted.environment);
  vi.stubEnv('SMTP_PASSWORD', planted.environment);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void log.push(words.map(String).join(' ')));
  side = await startOtherSide();
  iam = await startFakeIam(OWN_KEY);
  if (!('missing' in certificate)) {
    const passwords = { soc: planted.mail };
    // The password is right; the side says what to do with the mail.
    mail = await startMailServer(certificate, passwords, { onRcptTo: (_to, _session, done) => mailAnswer(done) });
  }
  iam.users.set('bob', { groups: [], attached: [], inline: new Map(), keys: new Map([[BOB_KEY, 'Active']]) });
  iam.users.set('own', { groups: [], attached: [], inline: new Map(), keys: new Map([[OWN_KEY, 'Active']]) });
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  house = await openHouse({ log: logger, publicUrl: null });
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  ada = await house.signIn('ada@acme.example');
  await configure();
  await runAll();
}, 180_000);
afterAll(async () => {
  await house.close();
  await side.close();
  await iam.side.close();
  await mail?.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const put = (path: string, payload: object) =>
  house.app.inject({
    method: 'PUT',
    url: `/api/v1/tenants/acme/${path}`,
    headers: { ...fromPage(ada), 'if-match': '"0"' },
    payload,
  });

async function configure(): Promise<void> {
  const { rejected, environment: _environment, hook, ...values } = planted;
  for (const [name, value] of Object.entries({ ...values, hook: `${side.url}${hook}` }))
    expect((await put(`secrets/${name}`, { value })).statusCode).toBe(200);
  const auth = { Authorization: 'Bearer {{secret:http}}', 'X-Tag': '{{target.value}}' };
  const request = (method: string) => ({ method, url: `${side.url}/a/{{target.value}}`, headers: auth });
  const acting = {
    execute: { ...request('POST'), body: { json: { token: '{{secret:http}}', user: '{{target.value}}' } } },
    verify: { ...request('GET'), expect: { json: { pointer: '/authorization', equals: 'x' } } },
    undo: { ...request('POST'), body: { form: { token: '{{secret:http}}' } } },
    verifyUndone: request('GET'),
    keep: { echo: '/authorization', body: '/body' },
  };
  const destinations = onLoopback(side.url);
  const ranges = ['127.0.0.0/8'];
  const all = {
    http: {
      type: 'http',
      settings: { destinations, timeoutMs: 200, kinds: { call_http: acting } },
      kinds: ['call_http'],
    },
    aws: {
      type: 'aws',
      settings: { endpoint: iam.side.url, accessKeyId: OWN_KEY, secretKeySecret: 'iam', ranges, timeoutMs: 200 },
      kinds: ['deactivate_access_key'],
    },
    smtp: {
      type: 'smtp',
      settings: {
        host: '127.0.0.1',
        port: mail?.port ?? side.port,
        ...('missing' in certificate ? {} : { caCertificate: certificate.cert }),
        user: 'soc',
        passwordSecret: 'mail',
        from: 'a@acme.example',
        recipients: ['*@acme.example'],
        defaultTo: 'b@acme.example',
        ranges,
        timeoutMs: 200,
      },
      kinds: [],
    },
    chat: {
      type: 'chat',
      settings: { shape: 'slack', urlSecret: 'hook', destinations, timeoutMs: 200 },
      kinds: ['notify_owner'],
    },
    webhook: {
      type: 'webhook',
      settings: { url: `${side.url}/in`, destinations, signingSecret: 'sign', timeoutMs: 200 },
      kinds: [],
    },
    ticket: {
      type: 'ticket',
      settings: {
        destinations,
        timeoutMs: 200,
        id: '/authorization',
        create: {
          method: 'POST',
          url: `${side.url}/t`,
          headers: { Authorization: 'Bearer {{secret:desk}}' },
          body: { json: { t: '{{parameters.title}}' } },
        },
      },
      kinds: ['open_ticket'],
    },
  };
  for (const [id, config] of Object.entries(all)) {
    const answer = await put(`connectors/${id}`, { enabled: true, ...config });
    expect(answer.statusCode, answer.body).toBe(200);
  }
  // Where a secret has no place, and a name with no such secret in it.
  const wrong = {
    type: 'smtp',
    kinds: [],
    enabled: true,
    settings: { host: 'x', from: 'a@b.example', recipients: ['*@b.example'], passwordSecret: rejected },
  };
  const held = { method: 'GET', url: `${side.url}/`, headers: { authorization: rejected } };
  const refusals = [
    await put('connectors/wrong', wrong),
    await put('connectors/wrong', { ...wrong, settings: { ...wrong.settings, password: rejected } }),
    await put('connectors/wrong', {
      type: 'http',
      kinds: [],
      enabled: true,
      settings: { destinations, kinds: { call_http: { execute: held } } },
    }),
    await put('connectors/wrong', {
      type: 'chat',
      kinds: [],
      enabled: true,
      settings: { shape: rejected, urlSecret: 'hook' },
    }),
    await put('connectors/wrong', { ...wrong, type: rejected.slice(0, 20) }),
    await put('secrets/wrong', { value: [rejected] }),
    await put('secrets/wrong', { value: `${rejected}\0` }),
    await put('secrets/wrong', { value: rejected, and: rejected }),
  ];
  for (const answer of refusals) {
    expect(answer.statusCode).toBe(400);
    said.push(answer.body);
  }
}

/** Every connector, every call, with a side that takes it, refuses it, fails, says nothing, and repeats all it heard. */
async function runAll(): Promise<void> {
  const orders = {
    http: orderOf('call_http', 'bob'),
    aws: { ...orderOf('deactivate_access_key', BOB_KEY), target: { kind: 'cloud_principal' as const, value: BOB_KEY } },
    smtp: orderOf('notify_owner', 'bob'),
    chat: orderOf('notify_owner', 'bob'),
    webhook: orderOf('notify_owner', 'bob'),
    ticket: orderOf('open_ticket', 'bob'),
  };
  const asIam = iam.side.answer;
  for (const [id, order] of Object.entries(orders)) {
    const found = await house.connectors.connectorById('acme', id);
    if (found === null) throw new Error(`no connector ${id}`);
    iam.side.answer = asIam;
    iam.failing = null;
    const plan = await planOf(found.connector, order);
    for (const answer of [200, 401, 500, 'silent'] as const) {
      side.answer = (heard, response) => {
        const echo = JSON.stringify({
          authorization: heard.headers.authorization,
          headers: heard.headers,
          body: heard.body,
        });
        if (answer !== 'silent') response.writeHead(answer, { 'x-echo': encodeURIComponent(echo) }).end(echo);
      };
      mailAnswer = (done) => {
        if (answer === 200) done();
        else if (answer !== 'silent')
          done(Object.assign(new Error(`no, ${planted.mail}`), { responseCode: answer + 50 }));
      };
      iam.side.answer = answer === 'silent' ? () => undefined : asIam;
      iam.failing = answer === 401 || answer === 500 ? { code: 'AccessDenied', status: answer } : null;
      await everyCall(found.connector, plan);
    }
  }
}

async function everyCall(connector: Connector, plan: Awaited<ReturnType<typeof planOf>>): Promise<void> {
  const note = async (call: Promise<unknown>): Promise<unknown> => {
    const outcome = await call.catch((error: unknown) => error);
    const text = outcome instanceof Error ? whole(outcome) : JSON.stringify(outcome);
    said.push(text);
    house.app.log.trace({ err: outcome instanceof Error ? outcome : undefined, outcome }, 'a connector said');
    return outcome instanceof Error ? null : outcome;
  };
  said.push(JSON.stringify(plan));
  const receipt = ((await note(connector.execute(plan, runOf()))) ?? null) as Parameters<Connector['verify']>[1];
  await note(connector.verify(plan, receipt, runOf()));
  await note(connector.undo(plan, receipt, runOf()));
  await note(connector.verifyUndone(plan, receipt, runOf()));
  // As the executor keeps them.
  await house.store.withTenants(['acme'], (tx) =>
    tx.ledger.append('acme', {
      actor: { kind: 'system', id: 'test', version: '' },
      onBehalfOf: null,
      type: 'test.said',
      subject: { kind: 'action', id: plan.connector, revision: null },
      payload: { plan, receipt, said: said.slice(-4) },
    }),
  );
}

function whole(error: Error): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    parts.push(at.message, at.stack ?? '', JSON.stringify(at));
  return parts.join('\n');
}

test('the search finds what is planted, in each form, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries(planted)),
      fc.string(),
      fc.string(),
      ([name, secret], before, after) => {
        const around = `${before}${secret}${after}`;
        const forms = [
          around,
          JSON.stringify({ around }),
          encodeURIComponent(secret),
          Buffer.from(around).toString('base64'),
          Buffer.from(around).toString('base64url'),
          Buffer.from(around).toString('hex'),
        ];
        for (const form of forms) expect(foundIn(form, planted)).toContain(name);
      },
    ),
  );
  expect(foundIn('nothing planted', planted)).toEqual([]);
});

test('the secrets were really used: the other sides got those that are sent', () => {
  // IAM's and the webhook's secrets sign, and the environment is never looked at.
  expect(foundIn(told(), planted).toSorted()).toEqual(['desk', 'hook', 'http']);
  expect(iam.actions).toEqual(expect.arrayContaining(['UpdateAccessKey', 'ListAccessKeys']));
  if (mail !== null) expect(mail.mails).toEqual([expect.objectContaining({ user: 'soc', secure: true })]);
  expect(told()).toContain('"bridgewatch-signature":"v1=');
  expect(told()).not.toContain('AKIAENVENVENVENVENV1');
});

test('what connectors say, and the log at its most talkative, hold none', () => {
  expect(said.length).toBeGreaterThan(100);
  expect(log.length).toBeGreaterThan(100);
  expect(foundIn(said.join('\n'), planted)).toEqual([]);
  expect(foundIn(log.join('\n'), planted)).toEqual([]);
});

test('no row of any table holds one', async () => {
  const rows = await inMaintenance(house.store.owner, 'read', async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const all: { table: string; text: string }[] = [];
    for (const { name } of tables) {
      const { rows: found } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      all.push(...found.map(({ text }) => ({ table: name, text })));
    }
    return all;
  });
  expect(new Set(rows.map(({ table }) => table))).toContain('public.secrets');
  expect(rows.length).toBeGreaterThan(50);
  for (const { table, text } of rows) expect(foundIn(text, planted), table).toEqual([]);
});

test('no route answers with one, to anybody', async () => {
  const { paths } = (await openapiDocument()) as { paths: Record<string, { get?: unknown }> };
  // An event stream has no end to wait for; what it says are kinds and ids of changes.
  const routes = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !path.endsWith('/live'));
  expect(routes).toContain('/api/v1/tenants/{t}/connectors/{id}');
  let answers = 0;
  for (const { email } of people) {
    const cookie = await house.signIn(email);
    for (const route of routes) {
      for (const id of ['f1', 'http', 'aws', 'smtp', 'chat', 'webhook', 'ticket']) {
        const url = route
          .replace('{t}', 'acme')
          .replace('{id}', id)
          .replace(/\{\w+\}/g, 'x');
        const { body, headers, statusCode } = await house.app.inject({
          url: `${url}${url.endsWith('ledger') ? '?limit=200' : ''}`,
          headers: { cookie },
        });
        expect(foundIn(body + JSON.stringify(headers), planted), url).toEqual([]);
        if (statusCode === 200) answers += 1;
      }
    }
  }
  expect(answers).toBeGreaterThan(100);
});

test('neither the ledger export nor a backup holds one', async () => {
  const { owner } = house.store;
  const clock = { now: () => START };
  const key = ensureSigningKey(house.dataDir);
  const [exported, backup] = [join(house.dataDir, 'ledger.gz'), join(house.dataDir, 'backup.gz')];
  await signChains(owner, key, clock, null);
  const header: Parameters<typeof exportLines>[0] = {
    format: EXPORT_FORMAT,
    version: 1,
    createdAt: '2026-01-05T08:00:00.000Z',
    publicKeys: [publicKeyText(key.publicKey)],
  };
  await exportChains(owner, key.publicKey, null, (chains) => writeGzipLines(exported, exportLines(header, chains)));
  await writeBackup(owner, backup, clock, '1');
  for (const file of [exported, backup]) {
    const text = gunzipSync(readFileSync(file));
    expect(text.length).toBeGreaterThan(10_000);
    expect(foundIn(text, planted), file).toEqual([]);
  }
});
