import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readStopFile, writeStopFile } from '../../src/adapters/stop-file.ts';
import { onPeople } from '../../src/cli/account-command.ts';
import { registerSwitch } from '../../src/cli/switch.ts';
import { createAccount } from '../../src/http/auth/accounts.ts';
import { openThrowawayStore, removeFolder, type ThrowawayStore, throwawayFolder } from '../store.ts';

let room: ThrowawayStore;
let data: string;
beforeAll(async () => {
  room = await openThrowawayStore();
  data = room.dataDir ?? '';
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
  await onPeople({ data }, async ({ store, auth }) => {
    for (const [email, role] of [
      ['lee@acme.example', 'lead'],
      ['ana@acme.example', 'analyst'],
    ] as const)
      await createAccount(
        { store, auth },
        { email, name: email, password: 'correct horse battery', tenant: 'acme', role },
      );
  });
});
afterAll(() => room.close());

async function run(...words: string[]): Promise<string> {
  let said = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    const program = new Command().exitOverride();
    registerSwitch(program);
    await program.parseAsync(words, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return said;
}

const standing = () => room.store.withTenants(['system', 'acme'], (tx) => tx.autonomy.standing());

test('stops beside a running server, and lifts in the name of a lead', async () => {
  expect(await run('stop', '--data', data, '--why', 'an audit')).toContain('Stopped: everything');
  expect(await run('stop', '--data', data, '--tenant', 'acme')).toContain('Stopped: tenant acme');
  expect(await standing()).toMatchObject([
    { scope: 'everything', via: 'cli', why: 'an audit' },
    { scope: 'tenant', tenant: 'acme' },
  ]);
  await expect(run('lift', '--data', data, '--by', 'ana@acme.example')).rejects.toMatchObject({
    code: 'SWITCH_NEEDS_PERSON',
  });
  await expect(run('lift', '--data', data, '--by', 'eve@acme.example')).rejects.toMatchObject({
    code: 'SWITCH_NEEDS_PERSON',
  });
  expect(await run('lift', '--data', data, '--by', 'lee@acme.example')).toContain('by lee@acme.example');
  expect(await standing()).toMatchObject([{ scope: 'tenant' }]);
  await run('lift', '--data', data, '--by', 'lee@acme.example', '--tenant', 'acme');
  expect(await standing()).toEqual([]);
});

test('what is not there is not stopped, and no file pretends it was', async () => {
  const nowhere = throwawayFolder();
  await expect(run('stop', '--data', nowhere)).rejects.toMatchObject({ code: 'STATE_NO_STORE' });
  await expect(run('stop', '--data', data, '--tenant', 'acne')).rejects.toMatchObject({ code: 'STATE_UNKNOWN_TENANT' });
  await expect(
    run('stop', '--data', data, '--tenant', 'acme', '--class', 'discovery/close:benign'),
  ).rejects.toMatchObject({
    code: 'AUTONOMY_CLASS_UNKNOWN',
  });
  await expect(run('stop', '--data', data, '--class', 'x/close:benign')).rejects.toMatchObject({
    code: 'CLI_CLASS_NEEDS_TENANT',
  });
  expect(readStopFile(data)).toEqual([]);
  expect(readStopFile(nowhere)).toEqual([]);
  removeFolder(nowhere);
});

test('the file says what it stops; what it cannot say stops everything', () => {
  const folder = throwawayFolder();
  writeStopFile(folder, { stops: 'tenant', tenant: 'acme' });
  writeStopFile(folder, { stops: 'class', tenant: 'acme', classKey: 'discovery/close:benign' });
  expect(readStopFile(folder)).toEqual([
    { stops: 'tenant', tenant: 'acme' },
    { stops: 'class', tenant: 'acme', classKey: 'discovery/close:benign' },
  ]);
  writeStopFile(folder, { stops: 'everything' });
  expect(readStopFile(folder)).toEqual([{ stops: 'everything' }]);
  writeStopFile(folder, { stops: 'tenant', tenant: 'bolt' });
  expect(readFileSync(join(folder, 'STOP'), 'utf8')).not.toContain('bolt');
  removeFolder(folder);
});
