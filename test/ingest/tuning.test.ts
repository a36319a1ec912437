import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import { addSource } from '../../src/ingest/index.ts';
import { withdrawProposal } from '../../src/learn/index.ts';
import { removeFolder, throwawayFolder } from '../store.ts';
import { tuningProposal } from '../store-rows-tuning.ts';
import { jobRecord, RULE, ruleOf, threatRecord } from '../support/tuning.ts';

const DAY = 86_400_000;
const until = { timeout: 90_000, interval: 300 };
let dataDir = '';
let host: Host;
let token = '';

beforeAll(async () => {
  dataDir = throwawayFolder();
  const rule = join(dataDir, 'remote-command.yml');
  writeFileSync(rule, ruleOf(RULE)?.files[0]?.text ?? '');
  host = await openHost({
    dataDir,
    databaseUrl: undefined,
    publicUrl: null,
    tenant: { id: 'acme', name: 'Acme' },
    rules: [rule],
    log: pino({ level: 'silent' }),
    doors: { workers: 1, flush: { milliseconds: 500 }, http: { host: '127.0.0.1', port: 0 } },
  });
  const by = { kind: 'human', id: 'lee', version: '' } as const;
  const source = { tenant: 'acme', id: 'fleet', name: 'Fleet', door: 'bulk' } as const;
  token = (await addSource({ store: host.store, clock: systemClock }, source, by)).made.token;
  await host.live?.sources.refresh();
}, 60_000);
afterAll(async () => {
  await host?.close();
  removeFolder(dataDir);
});

async function send(records: readonly object[]): Promise<void> {
  const now = new Date(Date.now() - 60_000).toISOString();
  const lines = records.map(
    (record) => `{"create":{"_index":"events"}}\n${JSON.stringify({ ...record, EventTime: now })}\n`,
  );
  const response = await fetch(`${host.live?.ingest.http?.url}/_bulk`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: lines.join(''),
  });
  expect(await response.json()).toMatchObject({ errors: false });
}
/** Hosts of all detections that triage has weighed. */
const weighed = async () =>
  (await host.telemetry.take([])).flatMap(({ entities }) =>
    entities.filter(({ kind }) => kind === 'host').map(({ value }) => value),
  );
const counts = async () => (await host.store.withTenants(['acme'], (tx) => tx.tuning.counts('acme'))).get('p1');

it('keeps from findings what an accepted filter hides as it comes in, and gives it back when lifted', {
  timeout: 240_000,
}, async () => {
  const version = host.tuning.ruleOf(RULE)?.version ?? '';
  await host.store.withTenants(['acme'], (tx) =>
    tx.tuning.add(
      tuningProposal('acme', 'p1', {
        rule: { id: RULE, version, title: 'x' },
        filter: `title: not meant
logsource: { product: windows }
filter:
  rules: [${RULE}]
  selection: { User: CORP\\svc_deploy }
  condition: not selection
`,
        state: 'accepted',
        expiresAt: Date.now() + DAY,
      }),
    ),
  );
  await send([jobRecord(1, 'srv01'), threatRecord(2, { host: 'ws09' })]);
  await expect.poll(weighed, until).toEqual(['ws09']);
  await expect.poll(counts, until).toEqual({ shadow: 0, suppressed: 1 });
  expect(host.live?.ingest.work.detections(0, 10).length).toBe(2);
  await host.store.withTenants(['acme'], (tx) =>
    withdrawProposal(
      tx,
      { tenant: 'acme', id: 'p1' },
      'We look again',
      { actor: { kind: 'human', id: 'ana', version: '' }, name: 'Ana' },
      Date.now(),
    ),
  );
  await expect.poll(async () => (await weighed()).toSorted(), until).toEqual(['srv01', 'ws09']);
});
