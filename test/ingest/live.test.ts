import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { assess } from '../../src/cli/assess.ts';
import { loadRules, shippedRules } from '../../src/cli/load.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import { addSource } from '../../src/ingest/index.ts';
import { type GroundTruth, writeSample } from '../../src/sample/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { removeFolder, throwawayFolder } from '../store.ts';

type TruthEntry = GroundTruth['intrusions'][number];

/** A planted intrusion, told as if it had ended a minute ago, and what else happened in those hours. */
interface Shifted {
  readonly file: string;
  readonly lines: readonly string[];
  readonly intrusion: TruthEntry;
}

const HOUR = 3_600_000;
/** Times as the feeds write them. */
const STAMPS = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}/g;

function shifted(folder: string): Shifted {
  const { truth, telemetry } = writeSample(folder, { people: 12, days: 1, seed: 7 });
  const intrusion = truth.intrusions.find(({ hosts }) => hosts.some((host) => host.includes('-ws')));
  if (intrusion === undefined) throw new Error('no intrusion on a workstation was planted');
  const by = Math.floor((Date.now() - 60_000 - Date.parse(intrusion.lastAt)) / 1000) * 1000;
  const from = Date.parse(intrusion.firstAt) - HOUR / 2;
  const to = Date.parse(intrusion.lastAt);
  const files = [...new Set(intrusion.events.map(({ file }) => file))];
  const lines: string[] = [];
  for (const file of files) {
    for (const line of readFileSync(join(telemetry, file), 'utf8').split('\n')) {
      const [first] = line.match(STAMPS) ?? [];
      if (first === undefined) continue;
      const at = Date.parse(`${first.replace(' ', 'T')}Z`);
      if (at < from || at > to) continue;
      lines.push(
        line.replace(STAMPS, (stamp) =>
          new Date(Date.parse(`${stamp.replace(' ', 'T')}Z`) + by)
            .toISOString()
            .slice(0, 19)
            .replace('T', stamp[10] ?? 'T'),
        ),
      );
    }
  }
  const file = join(folder, 'shifted.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { file, lines, intrusion };
}

describe('an intrusion that comes in while the server runs', () => {
  let dataDir = '';
  let folder = '';
  let host: Host;
  let sent: Shifted;
  let token = '';
  const warnings: string[] = [];

  const open = () =>
    openHost({
      dataDir,
      databaseUrl: undefined,
      publicUrl: null,
      tenant: { id: 'acme', name: 'Acme' },
      rules: [shippedRules],
      log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) }),
      doors: { workers: 1, flush: { milliseconds: 1000 }, http: { host: '127.0.0.1', port: 0 } },
    });
  const visible = async () =>
    (await host.store.withTenants(['acme'], (tx) => tx.findings.page('acme', {}, null, 200))).items;
  const shown = async () =>
    (await visible())
      .map(({ finding }) => finding)
      .filter((finding) => isAbout(finding, sent.intrusion))
      .map(said)
      .toSorted((a, b) => Number(b.probability) - Number(a.probability));
  const ledger = async () =>
    (await host.store.withTenants(['acme'], (tx) => tx.ledger.list('acme', 0, 1000)))
      .map(({ entry }) => entry.type)
      .filter((type) => type.startsWith('finding.'));
  const counts = () => host.store.withTenants(['acme'], (tx) => tx.counters.read('acme'));
  const inLake = async () => {
    const result = await host.live?.ingest.queries.query('acme', 'SELECT count(*), count(DISTINCT id) FROM events', {
      limits: { rows: 1, milliseconds: 20_000, memoryMb: 256 },
    });
    return result?.rows[0]?.map(Number);
  };
  const until = { timeout: 90_000, interval: 500 };

  beforeAll(async () => {
    dataDir = throwawayFolder();
    folder = mkdtempSync(join(tmpdir(), 'bw-live-'));
    sent = shifted(folder);
    host = await open();
    const made = await host.store.withTenants(['acme'], (tx) => tx.sources.live());
    expect(made.sources).toEqual([]);
    token = await addFeed(host);
    await host.live?.sources.refresh();
  }, 60_000);
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
    removeFolder(dataDir);
  });

  it('is found as reading the same file finds it, with what was around it', { timeout: 240_000 }, async () => {
    await send(host, token, sent.lines);
    const { engine } = compileRules(loadRules([shippedRules]));
    const read = await assess([sent.file], { engine, tenant: 'acme', onReject: () => undefined });
    const told = read.findings.filter((finding) => isAbout(finding, sent.intrusion)).map(said);
    expect(told.length).toBeGreaterThan(0);
    // It grows as its parts come into the lake; what it comes to is the same.
    await expect.poll(shown, until).toEqual(told);
    expect(told.some(({ evidence }) => evidence > 0)).toBe(true);
    expect(await inLake()).toEqual([read.events, read.events]);
    await expect.poll(counts, until).toEqual({ events: read.events, malformed: 0, detections: read.detections });
    expect(warnings).toEqual([]);
  });

  it('is what it was after a restart, and after everything was sent again', { timeout: 240_000 }, async () => {
    const before = { findings: await visible(), counts: await counts(), lake: await inLake(), ledger: await ledger() };
    await host.close();
    host = await open();
    // All that is weighed anew says what it said.
    await expect.poll(async () => (await host.telemetry.take([])).length, until).toBe(before.findings.length);
    expect(await visible()).toEqual(before.findings);
    expect(await counts()).toEqual(before.counts);
    await send(host, token, sent.lines);
    const repeats = () => host.live?.ingest.work.counts('acme|fleet|duplicates').get('acme|fleet|duplicates');
    await expect.poll(repeats, until).toBe(sent.lines.length);
    await expect.poll(async () => await host.live?.ingest.backlog(), until).toBe(0);
    await host.telemetry.take([]);
    expect({ lake: await inLake(), findings: await visible() }).toEqual({
      lake: before.lake,
      findings: before.findings,
    });
    expect((await counts()).detections).toBe(before.counts.detections);
    expect(await ledger()).toEqual(before.ledger);
    expect(warnings).toEqual([]);
  });
});

/** What a finding says, apart from the ids of its events, which have their source in them. */
function said({ title, threatProbability, techniques, detections, events, reasons, investigation }: Finding) {
  return {
    title,
    probability: threatProbability.toFixed(3),
    techniques,
    detections: detections.length,
    events: events.length,
    reasons: reasons.map(({ text }) => text),
    steps: investigation.steps.map(({ logOdds }) => logOdds),
    evidence: investigation.steps.filter(({ logOdds }) => logOdds !== 0).length,
  };
}

/** The intrusion's finding: on its hosts, with its techniques. */
function isAbout({ entities, techniques }: Finding, intrusion: TruthEntry): boolean {
  const hosts = new Set(intrusion.hosts.map((host) => host.toLowerCase()));
  const isThere = entities.some(({ kind, value }) => kind === 'host' && hosts.has(value.toLowerCase()));
  return isThere && techniques.some((technique) => intrusion.techniques.includes(technique));
}

async function addFeed({ store }: Host): Promise<string> {
  const by = { kind: 'human', id: 'lee', version: '' } as const;
  const { made } = await addSource(
    { store, clock: systemClock },
    { tenant: 'acme', id: 'fleet', name: 'Fleet', door: 'bulk' },
    by,
  );
  return made.token;
}

async function send({ live }: Host, token: string, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 2000) {
    const body = lines
      .slice(at, at + 2000)
      .map((line) => `{"create":{"_index":"events"}}\n${line}\n`)
      .join('');
    const response = await fetch(`${live?.ingest.http?.url}/_bulk`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body,
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ errors: false });
  }
}
