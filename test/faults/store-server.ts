/**
 * A server reduced to its store, as a process that tests may kill: opens the store in the folder given, says so in one line
 * of JSON, and then appends to the ledger of tenant `acme` without end, one line for each entry that was committed.
 */
import { openStateStore } from '../../src/adapters/postgres/store.ts';

const [dataDir = '', mode = 'write'] = process.argv.slice(2);
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
const clock = { now: () => Date.now() };
const log = (line: string) => process.stderr.write(`${line}\n`);
const told = (error: unknown) =>
  error instanceof Error && 'code' in error
    ? { code: error.code, message: error.message }
    : { code: '', message: String(error) };
const entry = {
  actor: { kind: 'system', id: 'test', version: '' },
  onBehalfOf: null,
  type: 'test.appended',
  subject: { kind: 'test', id: 'x', revision: null },
  payload: { filler: 'x'.repeat(500) },
} as const;
try {
  const store = await openStateStore({ place: { dataDir }, clock, log });
  await store.createTenant({ id: 'acme', name: 'Acme' });
  say({ ready: true });
  while (mode === 'write') {
    try {
      const { seq } = await store.withTenants(['acme'], ({ ledger }) => ledger.append('acme', entry));
      say({ seq });
    } catch (error) {
      // As a server would, it goes on: whoever asked was told.
      say(told(error));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  setInterval(() => undefined, 60_000);
} catch (error) {
  say(told(error));
  process.exitCode = 1;
}
