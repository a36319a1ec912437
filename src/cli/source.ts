import type { Command } from 'commander';
import { doors } from '../contracts/source.ts';
import { setup } from '../http/auth/accounts.ts';
import { addSource, endSource, endSourceToken, makeSourceToken } from '../ingest/index.ts';
import type { SourceToken, StoredSource } from '../ports/state/sources.ts';
import { groupCommand, oneOf, onPeople, type PeopleOptions, withPeopleOptions } from './account-command.ts';

interface InTenant extends PeopleOptions {
  readonly tenant: string;
}

interface AddOptions extends InTenant {
  readonly name?: string;
  readonly door: string;
  readonly peer?: readonly string[];
  readonly fingerprint?: readonly string[];
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `bridgewatch source add|list|rotate|end`: who may send telemetry. A running server knows of it within seconds. */
export function registerSource(program: Command): void {
  const source = groupCommand(program, 'source', 'who may send telemetry, and with which token');

  inTenant(source.command('add').description('let a feed of telemetry send; its token is printed once'))
    .argument('<id>', 'its id in the tenant: lower-case letters, digits and -; never used twice')
    .requiredOption('--door <door>', `how it sends: one of ${doors.join(', ')}`)
    .option('--name <name>', 'what people call it (default: its id)')
    .option('--peer <address...>', 'syslog: addresses or ranges it sends from')
    .option('--fingerprint <sha256...>', 'syslog: SHA-256 fingerprints of its client certificates')
    .action((id: string, { tenant, name = id, peer = [], fingerprint = [], ...options }: AddOptions) =>
      onPeople(options, async (parts) => {
        const door = oneOf('--door', options.door, doors);
        const wish = { tenant, id, name, door, peers: peer, fingerprints: fingerprint };
        const { made } = await addSource(parts, wish, setup);
        print(`Source ${id} of ${tenant} may send by ${door}`);
        print(`Token (shown once): ${made.token}`);
      }),
    );

  inTenant(source.command('list').description('sources, their doors and tokens'))
    .option('--ended', 'those that ended too')
    .action(({ tenant, ended = false, ...options }: InTenant & { ended?: boolean }) =>
      onPeople(options, async ({ store }) => {
        const [sources, tokens] = await store.withTenants(
          [tenant],
          async (tx) => [await tx.sources.list(tenant, ended), await tx.sources.tokens(tenant)] as const,
        );
        for (const each of sources) print(line(each, tokens));
      }),
    );

  inTenant(source.command('rotate').description('make a source a second token, printed once, to change its shipper to'))
    .argument('<id>')
    .action((id: string, { tenant, ...options }: InTenant) =>
      onPeople(options, async (parts) => {
        const { store } = parts;
        const before = await store.withTenants([tenant], (tx) => tx.sources.tokens(tenant, id));
        const { token } = await makeSourceToken(parts, { tenant, id }, setup);
        print(`Token (shown once): ${token}`);
        for (const { id: old, prefix } of before)
          print(`${prefix}... holds until you end it: bridgewatch source end ${id} --tenant ${tenant} --token ${old}`);
      }),
    );

  inTenant(source.command('end').description('take nothing from a source any more, for good'))
    .argument('<id>')
    .option('--token <id>', 'end only this token of it')
    .action((id: string, { tenant, token, ...options }: InTenant & { token?: string }) =>
      onPeople(options, async (parts) => {
        if (token === undefined) await endSource(parts, { tenant, id }, setup);
        else await endSourceToken(parts, { tenant, id }, token, setup);
        print(token === undefined ? `Source ${id} of ${tenant} has ended` : `Token ${token} of ${id} has ended`);
      }),
    );
}

function inTenant(command: Command): Command {
  return withPeopleOptions(command).requiredOption('--tenant <id>', 'the tenant');
}

function line({ id, name, door, peers, fingerprints, endedAt }: StoredSource, tokens: readonly SourceToken[]): string {
  const held = tokens.filter((each) => each.source === id).map((each) => `${each.prefix}... (${each.id})`);
  const known = [...peers, ...fingerprints].join(', ');
  const state = endedAt === null ? `token ${held.join(' and ') || 'none'}` : `ended ${new Date(endedAt).toISOString()}`;
  return `${id}  ${door}  ${name}  ${state}${known === '' ? '' : `  from ${known}`}`;
}
