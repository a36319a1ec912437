import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { assess } from '../../src/cli/assess.ts';
import { loadRules, shippedRules } from '../../src/cli/load.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { lakeHour } from '../../src/contracts/lake.ts';
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
      .toSorted((a, b) => b.detections - a.detections);
  const ids = async () => (await visible()).map(({ finding }) => finding.id).sort();
  const ledger = async () =>
    (await host.store.withTenants(['acme'], (tx) => tx.ledger.list('acme', 0, 1000)))
      .map(({ entry }) => entry.type)
      .filter((type) => type === 'finding.opened');
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
    const told = read.findings
      .filter((finding) => isAbout(finding, sent.intrusion))
      .map(said)
      .toSorted((a, b) => b.detections - a.detections);
    expect(told.length).toBeGreaterThan(0);
    // It grows as its parts come into the lake; what it comes to is the same.
    await expect.poll(shown, until).toEqual(told);
    expect(told.some(({ tree }) => tree)).toBe(true);
    expect(await inLake()).toEqual([read.events, read.events]);
    await expect.poll(counts, until).toEqual({ events: read.events, malformed: 0, detections: read.detections });
    expect(warnings).toEqual([]);
  });

  it('is what it was after a restart, and after everything was sent again', { timeout: 240_000 }, async () => {
    const before = {
      findings: await ids(),
      told: await shown(),
      counts: await counts(),
      lake: await inLake(),
      ledger: await ledger(),
    };
    await host.close();
    host = await open();
    // All that is weighed anew says what it said.
    await expect.poll(async () => (await host.telemetry.take([])).length, until).toBe(before.findings.length);
    expect(await ids()).toEqual(before.findings);
    expect(await shown()).toEqual(before.told);
    expect(await counts()).toEqual(before.counts);
    await send(host, token, sent.lines);
    const repeats = () => host.live?.ingest.work.counts('acme|fleet|duplicates').get('acme|fleet|duplicates');
    await expect.poll(repeats, until).toBe(sent.lines.length);
    await expect.poll(async () => await host.live?.ingest.backlog(), until).toBe(0);
    await host.telemetry.take([]);
    expect({ lake: await inLake(), findings: await ids() }).toEqual({
      lake: before.lake,
      findings: before.findings,
    });
    expect((await counts()).detections).toBe(before.counts.detections);
    expect(await ledger()).toEqual(before.ledger);
    expect(warnings).toEqual([]);
  });

  it('is found, with less around it, while the lake cannot be read', { timeout: 120_000 }, async () => {
    const now = systemClock.now();
    const hour = lakeHour(now);
    const name = `tenant=acme/hour=${hour}/damaged-1.parquet`;
    mkdirSync(join(dataDir, 'lake', `tenant=acme/hour=${hour}`), { recursive: true });
    writeFileSync(join(dataDir, 'lake', name), 'no parquet');
    const damaged = { tenant: 'acme', hour, name, rows: 1, bytes: 10, rawBytes: 10, merges: 0 };
    host.live?.ingest.work.commit({ files: [{ ...damaged, minTime: now - 24 * HOUR, maxTime: now }] });
    const [victim = ''] = sent.intrusion.hosts.filter((one) => one.includes('-ws'));
    const other = sent.lines.filter((line) => line.toLowerCase().includes(victim));
    await send(
      host,
      token,
      other.map((line) => line.replaceAll(new RegExp(victim, 'gi'), 'cvp-ws0999')),
    );
    const hosts = async () => (await visible()).flatMap(({ finding }) => finding.entities.map(({ value }) => value));
    await expect.poll(hosts, until).toContain('cvp-ws0999');
    expect(warnings.join('')).toContain('what happened around some of them is missing');
  });
});

/**
 * What a finding says that does not rest on how far the lake was when it was last weighed: how usual a thing is, is counted while
 * files come in.
 */
function said({ title, threatProbability, techniques, detections, events, reasons, investigation }: Finding) {
  return {
    title,
    isLikely: threatProbability > 0.9,
    techniques,
    detections: detections.length,
    events: events.length,
    detectors: reasons.filter(({ term }) => term === 'detector').map(({ text }) => text),
    playbook: investigation.playbook,
    steps: investigation.steps.length,
    tree: investigation.steps.some(({ answer }) => answer.includes(' → ')),
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
