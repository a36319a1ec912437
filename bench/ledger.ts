import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { homeFolder } from '../src/adapters/postgres/embedded/home.ts';
import { openStateStore } from '../src/adapters/postgres/store.ts';
import type { LedgerNote } from '../src/contracts/ledger-entry.ts';
import { namedPerson } from '../src/contracts/personal.ts';

/**
 * Appends, signs and verifies on an embedded store of its own. `--entries <n>` for the long chain (default 100,000), `--appends <n>`
 * for the appends of one transaction each (default 4,000), `--chains <n>` (default 8). JSON lines
 * `{ case, entries, seconds, perSecond }`.
 */
const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    appends: { type: 'string', default: '4000' },
    chains: { type: 'string', default: '8' },
    json: { type: 'boolean', default: true },
  },
});
const [entries, appends, chains] = [Number(values.entries), Number(values.appends), Number(values.chains)];

const note = (n: number): LedgerNote => ({
  actor: { kind: 'human', id: 'ann', version: '' },
  onBehalfOf: null,
  type: 'finding.determined',
  subject: { kind: 'finding', id: `f${n}`, revision: 1 },
  payload: { finding: `f${n}`, verdict: 'benign', reason: 'known administration', note: 'x'.repeat(100), at: n },
});

const named = (n: number): LedgerNote => ({
  ...note(n),
  payload: { finding: `f${n}`, verdict: 'benign', by: namedPerson({ id: 'ann', name: 'Ann Analyst' }) },
});

async function timed(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const line = {
    case: name,
    entries: count,
    seconds: Number(seconds.toFixed(2)),
    perSecond: Math.round(count / seconds),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const dataDir = mkdtempSync(join(tmpdir(), 'bw-bench-'));
const store = await openStateStore({ place: { dataDir }, clock: { now: () => Date.now() }, log: () => undefined });
try {
  const appendTo = async (tenant: string, count: number) => {
    for (let n = 0; n < count; n++) await store.withTenants([tenant], (tx) => tx.ledger.append(tenant, note(n)));
  };
  await appendTo('warm', 200);
  await timed('append: one chain, one transaction each', appends, () => appendTo('one', appends));
  await timed(`append: ${chains} chains at once, one transaction each`, appends, () =>
    Promise.all(Array.from({ length: chains }, (_, n) => appendTo(`chain${n}`, appends / chains))),
  );
  await timed(`append: one chain, ${chains} writers at once, one transaction each`, appends, () =>
    Promise.all(Array.from({ length: chains }, () => appendTo('shared', appends / chains))),
  );
  await timed('append: one chain, personal part, one transaction each', appends, async () => {
    for (let n = 0; n < appends; n++) await store.withTenants(['people'], (tx) => tx.ledger.append('people', named(n)));
  });
  await timed('append: one chain, 500 a transaction, one after the other', appends, async () => {
    for (let done = 0; done < appends; done += 500) {
      await store.withTenants(['many'], async (tx) => {
        for (let n = done; n < Math.min(done + 500, appends); n++) await tx.ledger.append('many', note(n));
      });
    }
  });
  await timed('append: one chain, 500 a transaction, sent together', entries, async () => {
    for (let done = 0; done < entries; done += 500) {
      const count = Math.min(500, entries - done);
      await store.withTenants(['long'], (tx) =>
        Promise.all(Array.from({ length: count }, (_, n) => tx.ledger.append('long', note(done + n)))),
      );
    }
  });
  await timed('checkpoint: first, over everything', entries, () => store.checkpoint('long'));
  await appendTo('long', 100);
  await timed('checkpoint: next, over 100 more', 100, () => store.checkpoint('long'));
  const all = 200 + 5 * appends + entries + 101;
  await timed('verify: store, chain, payloads and checkpoints', all, async () => {
    const verdict = await store.verifyLedger();
    if (!verdict.verified || verdict.entries !== all)
      throw new Error(`the ledger does not fit: ${JSON.stringify(verdict)}`);
  });
} finally {
  await store.close();
  const home = homeFolder(dataDir);
  rmSync(home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}
