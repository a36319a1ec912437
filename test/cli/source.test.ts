import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../src/kernel/ids.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';

let room: ThrowawayStore;
beforeAll(async () => {
  room = await openThrowawayStore();
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
});
afterAll(() => room.close());

/** The command line, beside the server that has the store open. */
async function source(verb: string, ...words: string[]): Promise<string> {
  const command = ['src/main.ts', 'source', verb, '--tenant', 'acme', '--data', room.dataDir ?? '', ...words];
  return (await promisify(execFile)(process.execPath, command)).stdout;
}
const refused = (verb: string, ...words: string[]): Promise<string> =>
  source(verb, ...words).then(
    () => '',
    (error: { stderr: string }) => error.stderr,
  );
const tokenIn = (said: string): string => /Token \(shown once\): (bws_\S{43})$/m.exec(said)?.[1] ?? 'none';
const hashes = async () =>
  (await room.store.withTenants(['acme'], (tx) => tx.sources.live())).tokens.map(({ hash }) => hash);

test('a source is added, rotated and ended beside a running server, its tokens printed once', async () => {
  const first = tokenIn(
    await source('add', 'edge', '--door', 'syslog', '--name', 'Edge', '--peer', '10.1.0.0/16', '::1'),
  );
  expect(await hashes()).toEqual([sha256(first)]);
  const rotated = await source('rotate', 'edge');
  const second = tokenIn(rotated);
  expect((await hashes()).toSorted()).toEqual([sha256(first), sha256(second)].toSorted());
  const endsFirst = /bridgewatch source (end edge --tenant acme --token (\S+))/.exec(rotated);
  expect(endsFirst?.[2]).toBeDefined();
  await source('end', 'edge', '--token', endsFirst?.[2] ?? '');
  expect(await hashes()).toEqual([sha256(second)]);

  const listed = await source('list');
  expect(listed).toMatch(/^edge {2}syslog {2}Edge {2}token bws_\S+ \(\S+\) {2}from 10\.1\.0\.0\/16, ::1\/128\n$/);
  await source('end', 'edge');
  expect(await hashes()).toEqual([]);
  expect(await source('list')).toBe('');
  expect(await source('list', '--ended')).toContain('edge  syslog  Edge  ended 2');
  const entries = await room.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'source', 'edge'));
  expect(entries.map(({ entry }) => [entry.type, entry.actor.id])).toEqual(
    ['added', 'token_made', 'token_made', 'token_ended', 'ended'].map((what) => [`source.${what}`, 'setup']),
  );
  for (const token of [first, second]) expect(JSON.stringify(entries) + listed).not.toContain(token);
}, 180_000);

test('what cannot be is said, with what would be right', async () => {
  expect(await refused('add', 'web', '--door', 'ftp')).toContain('CLI_NOT_ONE_OF');
  expect(await refused('add', 'Web!', '--door', 'bulk')).toContain('SOURCE_ID_BAD');
  expect(await refused('end', 'nothing')).toContain('SOURCE_UNKNOWN');
  expect(await refused('add', 'web', '--door', 'bulk', '--tenant', 'nowhere')).toMatch(/TENANT/);
}, 180_000);
