import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oidcOptions } from '../../src/cli/oidc.ts';
import { cidrs } from '../../src/cli/options.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';

let room: ThrowawayStore;
beforeAll(async () => {
  room = await openThrowawayStore();
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
});
afterAll(() => room.close());

/** The command line, beside the server that has the store open. */
async function run(...words: string[]): Promise<string> {
  const command = ['src/main.ts', ...words, '--data', room.dataDir ?? ''];
  return (await promisify(execFile)(process.execPath, command)).stdout;
}
const refused = (...words: string[]): Promise<string> =>
  run(...words).then(
    () => '',
    (error: { stderr: string }) => error.stderr,
  );

test('people are added, listed and given new passwords beside a running server', async () => {
  const added = await run(
    'account',
    'add',
    'ana@acme.example',
    '--name',
    'Ana',
    '--tenant',
    'acme',
    '--role',
    'analyst',
  );
  const first = /Password \(shown once\): (\S{24})/.exec(added)?.[1];
  expect(first).toBeDefined();
  await run('provider', 'add', 'watch', '--name', 'Watch');
  await run('provider', 'assign', 'acme', 'watch');
  await run('provider', 'employ', 'watch', 'pia@watch.example', '--role', 'lead', '--name', 'Pia');
  expect(await run('account', 'list')).toBe(
    'ana@acme.example  Ana  analyst of acme\npia@watch.example  Pia  lead of acme through its provider\n',
  );
  const second = /Password \(shown once\): (\S{24})/.exec(
    await run('account', 'password', 'ana@acme.example', '--drop-factors'),
  )?.[1];
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
  const entries = await room.store.withTenants(['system', 'acme'], async (tx) => [
    ...(await tx.ledger.list('system', 0, 100)),
    ...(await tx.ledger.list('acme', 0, 100)),
  ]);
  expect(entries.map(({ entry }) => entry.type)).toEqual(
    expect.arrayContaining(['account.creating', 'provider.making', 'provider.assigning', 'password.resetting']),
  );
  for (const secret of [first, second]) expect(JSON.stringify(entries)).not.toContain(secret);
}, 180_000);

test('what cannot be is refused, in a line', async () => {
  expect(await refused('account', 'add', 'x@acme.example', '--name', 'X', '--tenant', 'acme', '--role', 'root')).toBe(
    "CLI_NOT_ONE_OF: --role is 'root'; give one of viewer, analyst, lead, administrator, customer\n",
  );
  expect(await refused('account', 'password', 'nobody@acme.example')).toMatch(/^ACCOUNT_UNKNOWN: /);
}, 180_000);

test('an OpenID provider is named whole, with its secret in a file, over https', () => {
  const name = 'Login';
  expect(oidcOptions({ oidcName: name })).toBeNull();
  const oidcClientSecretFile = 'package.json';
  expect(() => oidcOptions({ oidcName: name, oidcIssuer: 'https://login.example' })).toThrow(
    expect.objectContaining({ code: 'CLI_OIDC_INCOMPLETE' }),
  );
  const whole = { oidcName: name, oidcClientId: 'us', oidcClientSecretFile };
  expect(() => oidcOptions({ ...whole, oidcIssuer: 'http://login.example' })).toThrow(
    expect.objectContaining({ code: 'CLI_OIDC_ISSUER' }),
  );
  expect(oidcOptions({ ...whole, oidcIssuer: 'https://login.example' })).toMatchObject({ clientId: 'us', name });
});

test('trusted proxies are addresses', () => {
  expect(cidrs(['10.0.0.0/8', '::1', 'fd00::/8'])).toEqual(['10.0.0.0/8', '::1', 'fd00::/8']);
  for (const bad of ['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '']) {
    expect(() => cidrs([bad]), bad).toThrow(expect.objectContaining({ code: 'CLI_NOT_AN_ADDRESS' }));
  }
});
