/**
 * An executor as a process that ends itself, the way a crash does, at the crash point it is given: carries out the actions of tenant
 * `acme` in the store of the folder given, through a connector whose system is a file that gets a line for each effect.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { openStateStore } from '../../src/adapters/postgres/store.ts';
import type { Connector } from '../../src/ports/connector.ts';
import { createExecutor } from '../../src/respond/index.ts';

/** A system outside: what was done to it is what is in its file. `blind` is one that can tell nothing and counts each call. */
export function fileConnector(file: string, blind: boolean): Connector {
  const done = (what: string): number =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line === what).length
      : 0;
  const seen = (there: boolean) =>
    blind
      ? ({ outcome: 'unknown', saw: 'nothing can be read back' } as const)
      : ({ outcome: there ? 'yes' : 'no', saw: `${done('on')} on, ${done('off')} off` } as const);
  return {
    kinds: ['block_address'],
    repeatable: !blind,
    survey: async () => ({ arguments: {}, before: {}, undo: 'Taken out again', said: [], affects: [] }),
    async execute() {
      appendFileSync(file, 'on\n');
      return { did: 'on' };
    },
    verify: async () => seen(done('on') > done('off')),
    async undo() {
      appendFileSync(file, 'off\n');
      return { did: 'off' };
    },
    verifyUndone: async () => seen(done('on') === done('off')),
  };
}

const [dataDir, file = '', point = '', blind = '', at = '0'] = process.argv.slice(2);
if (import.meta.main && dataDir !== undefined) {
  const clock = { now: () => Number(at) };
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const store = await openStateStore({ place: { dataDir }, clock, log });
  const connector = fileConnector(file, blind === 'blind');
  await createExecutor({
    store,
    clock,
    connectorFor: async () => ({ id: 'file', connector }),
    tenants: async () => ['acme'],
    mayAct: () => false,
    listeners: [],
    holder: 'the one that dies',
    warn: log,
    publicUrl: null,
    crashPoint: (name) => {
      if (name === point) process.kill(process.pid, 'SIGKILL');
    },
  }).tick();
  await store.close();
}
