import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lensOf } from '../lenses/index.ts';
import { generateSample, type SampleOptions, writeSample } from './index.ts';
import type { GroundTruth } from './truth.ts';

// biome-ignore lint/suspicious/noExplicitAny: records of five feeds are read by path here; their shapes are what is tested.
type Record5 = any;

interface Read {
  readonly events: Map<string, Record5[]>;
  readonly truth: GroundTruth;
}

/** Only what was planted: the lines are made but not kept. */
function truthOf(options: SampleOptions): GroundTruth {
  const sample = generateSample(options);
  for (const _ of sample.lines);
  return sample.truth();
}

function read(options: SampleOptions): Read {
  const sample = generateSample(options);
  const events = new Map<string, Record5[]>();
  for (const { file, line } of sample.lines) {
    const list = events.get(file);
    if (list === undefined) events.set(file, [JSON.parse(line)]);
    else list.push(JSON.parse(line));
  }
  return { events, truth: sample.truth() };
}

function digest(options: SampleOptions): { digest: string; count: number } {
  const hash = createHash('sha256');
  let count = 0;
  const sample = generateSample(options);
  for (const { file, line } of sample.lines) {
    count++;
    hash.update(`${file}:${line}\n`);
  }
  hash.update(JSON.stringify(sample.truth()));
  return { digest: hash.digest('hex'), count };
}

const windowsFiles = ['windows-endpoints.ndjson', 'windows-servers.ndjson'];
const timeOf = (record: Record5): string =>
  record['@timestamp'] ?? record.eventTime ?? record.CreationTime ?? record.time;

let whole: Read;
beforeAll(() => {
  whole = read({});
});

const all = (): Record5[] => [...whole.events.values()].flat();
const windows = (): Record5[] => windowsFiles.flatMap((file) => whole.events.get(file) ?? []);

/** What an API call is about differs with the call; everything around it must not. */
const particular = new Set(['requestParameters', 'responseElements', 'additionalEventData', 'resources']);

/** Keys of a record with their nesting, lists by their first item. */
function shape(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return `[${value.length > 0 && depth < 3 ? shape(value[0], depth + 1) : ''}]`;
  if (value === null || typeof value !== 'object') return '';
  return `{${Object.entries(value)
    .map(([key, inner]) => (depth < 3 && !particular.has(key) ? key + shape(inner, depth + 1) : key))
    .sort()
    .join()}}`;
}

function split(file: string): { attack: Record5[]; benign: Record5[] } {
  const marked = new Set(
    whole.truth.intrusions.flatMap((one) => one.events.filter((mark) => mark.file === file).map((mark) => mark.line)),
  );
  const attack: Record5[] = [];
  const benign: Record5[] = [];
  for (const [index, record] of (whole.events.get(file) ?? []).entries())
    (marked.has(index + 1) ? attack : benign).push(record);
  return { attack, benign };
}

describe('the same seed', () => {
  const small = { people: 15, days: 2, seed: 7 };

  test('gives the same bytes and truth', () => {
    expect(digest(small)).toEqual(digest(small));
  });

  test('another seed gives others', () => {
    expect(digest({ ...small, seed: 8 }).digest).not.toBe(digest(small).digest);
  });
});

describe('a default day', () => {
  test('has about 200,000 events in all feeds', () => {
    const count = all().length;
    expect(count).toBeGreaterThan(170_000);
    expect(count).toBeLessThan(250_000);
    expect([...whole.events.keys()].sort()).toEqual([
      'cloudtrail.ndjson',
      'entra-signins.ndjson',
      'linux.ndjson',
      'm365.ndjson',
      'windows-endpoints.ndjson',
      'windows-servers.ndjson',
    ]);
    for (const list of whole.events.values()) expect(list.length).toBeGreaterThan(500);
  });

  test('has the event ids a Windows estate has, in roughly its mix', () => {
    const counts = new Map<number, number>();
    for (const record of windows()) counts.set(record.winlog.event_id, (counts.get(record.winlog.event_id) ?? 0) + 1);
    for (const id of [
      1, 3, 5, 7, 8, 10, 11, 12, 13, 17, 18, 22, 1102, 4104, 4624, 4625, 4634, 4648, 4672, 4688, 4698, 4728, 4768, 4769,
      5140, 7036, 7045,
    ]) {
      expect(counts.get(id) ?? 0, `event ${id}`).toBeGreaterThan(0);
    }
    const share = (ids: number[]): number => ids.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0) / windows().length;
    expect(share([1, 3, 5, 11, 13, 22])).toBeGreaterThan(0.55);
    expect(share([4624, 4634, 4688])).toBeGreaterThan(0.1);
    expect(share([8, 4625, 7045, 4698])).toBeLessThan(0.02);
  });

  test('is read by particular lenses, never by the generic one', () => {
    const names = new Map<string, Set<string>>();
    for (const [file, list] of whole.events) names.set(file, new Set(list.map((record) => lensOf(record).name)));
    expect(Object.fromEntries([...names].map(([file, set]) => [file, [...set]]))).toEqual({
      'windows-endpoints.ndjson': ['winlogbeat7'],
      'windows-servers.ndjson': ['winlogbeat7'],
      'linux.ndjson': ['ecs'],
      'cloudtrail.ndjson': ['cloudtrail'],
      'm365.ndjson': ['m365'],
      'entra-signins.ndjson': ['azure'],
    });
  });

  test('keeps the clock: each file in time order, all of it within the day', () => {
    for (const [file, list] of whole.events) {
      let last = '';
      for (const record of list) {
        const time = timeOf(record).slice(0, 19);
        if (time < last) expect(time, file).toBe(last);
        last = time;
      }
    }
    expect(all().every((record) => timeOf(record).startsWith('2026-03-10T'))).toBe(true);
  });
});

describe('within itself', () => {
  test('record numbers of a channel rise by one', () => {
    const last = new Map<string, number>();
    for (const { winlog } of windows()) {
      const key = `${winlog.computer_name}|${winlog.channel}`;
      const before = last.get(key);
      if (before !== undefined && winlog.record_id !== before + 1) expect(winlog.record_id, key).toBe(before + 1);
      last.set(key, winlog.record_id);
    }
    const sequences = new Map<string, number>();
    for (const { event, host } of whole.events.get('linux.ndjson') ?? []) {
      if (event.sequence === undefined) continue;
      expect(event.sequence).toBeGreaterThan(sequences.get(host.name) ?? 0);
      sequences.set(host.name, event.sequence);
    }
  });

  test('every Windows process that acts or begets was started before, or predates the day', () => {
    const dayStart = Date.parse('2026-03-10T00:00:00Z') / 1000;
    const started = new Set<string>();
    const unexplained: string[] = [];
    const known = (guid: string, image: string): void => {
      const [, low, high] = guid.slice(1, -1).split('-');
      if (started.has(guid) || image === 'System' || guid.startsWith('{00000000-0000')) return;
      if (Number.parseInt(`${high}${low}`, 16) < dayStart) return;
      unexplained.push(`${guid} ${image}`);
    };
    let starts = 0;
    for (const { winlog } of windows()) {
      if (winlog.channel !== 'Microsoft-Windows-Sysmon/Operational') continue;
      const data = winlog.event_data;
      if (winlog.event_id === 1) {
        starts++;
        known(data.ParentProcessGuid, data.ParentImage);
        expect(started.has(data.ProcessGuid)).toBe(false);
        started.add(data.ProcessGuid);
      } else if (winlog.event_id === 10) {
        known(data.SourceProcessGUID, data.SourceImage);
        known(data.TargetProcessGUID, data.TargetImage);
      } else if (data.ProcessGuid !== undefined) {
        known(data.ProcessGuid, data.Image);
      }
    }
    expect(starts).toBeGreaterThan(5000);
    expect(unexplained).toEqual([]);
  });

  test('a process runs in a session whose logon came before', () => {
    const sessions = new Set<string>();
    const missing: string[] = [];
    for (const { winlog } of windows()) {
      const data = winlog.event_data;
      if (winlog.event_id === 4624) sessions.add(`${winlog.computer_name}|${data.TargetLogonId}`);
      if (winlog.event_id !== 1 || winlog.channel === 'Security') continue;
      if (/^0x3e[4-7]$/.test(data.LogonId) || sessions.has(`${winlog.computer_name}|${data.LogonId}`)) continue;
      missing.push(`${winlog.computer_name} ${data.LogonId} ${data.Image}`);
    }
    expect(missing).toEqual([]);
  });

  test('every Linux process that acts or begets was started before, or is a daemon', () => {
    const started = new Set<string>();
    const unexplained = new Map<string, string>();
    for (const { event, process } of whole.events.get('linux.ndjson') ?? []) {
      if (process.entity_id === undefined) continue;
      if (event.action === 'exec') started.add(process.entity_id);
      else if (!started.has(process.entity_id)) unexplained.set(process.entity_id, process.executable);
      const parent = process.parent;
      if (parent !== undefined && !started.has(parent.entity_id)) unexplained.set(parent.entity_id, parent.executable);
    }
    // Seven servers, each with the daemons of its image.
    expect(unexplained.size).toBeLessThanOrEqual(7 * 10);
  });

  test('the same file has the same hashes on every machine', () => {
    const hashes = new Map<string, string>();
    for (const { winlog } of windows()) {
      if (winlog.event_id !== 1 || winlog.channel === 'Security') continue;
      const { Image, Hashes } = winlog.event_data;
      if (!Image.startsWith('C:\\Windows\\System32') && !Image.startsWith('C:\\Program Files')) continue;
      if (hashes.has(Image) && hashes.get(Image) !== Hashes) expect(Hashes, Image).toBe(hashes.get(Image));
      hashes.set(Image, Hashes);
    }
    expect(hashes.size).toBeGreaterThan(40);
  });

  test('a sign-in is the same one in both of its logs', () => {
    const audit = new Set((whole.events.get('m365.ndjson') ?? []).map((record) => record.InterSystemsId));
    for (const record of whole.events.get('entra-signins.ndjson') ?? [])
      expect(audit.has(record.correlationId)).toBe(true);
  });
});

describe('the truth', () => {
  test('names three intrusions within the day, each small and over hours', () => {
    expect(whole.truth.intrusions.map((one) => one.id).sort()).toEqual(['cloud', 'phishing', 'server']);
    for (const one of whole.truth.intrusions) {
      expect(one.events.length, one.id).toBeGreaterThanOrEqual(10);
      expect(one.events.length, one.id).toBeLessThanOrEqual(130);
      const span = Date.parse(one.lastAt) - Date.parse(one.firstAt);
      expect(span, one.id).toBeGreaterThan(15 * 60_000);
      expect(span, one.id).toBeLessThan(7 * 3_600_000);
      expect(one.techniques.length).toBeGreaterThan(3);
    }
  });

  test('marks the events it means', () => {
    for (const one of [...whole.truth.intrusions, ...whole.truth.decoys]) {
      for (const { file, line } of one.events) {
        const time = timeOf(whole.events.get(file)?.[line - 1]).slice(0, 19);
        expect(time >= one.firstAt.slice(0, 19) && time <= one.lastAt.slice(0, 19), `${one.id} ${file}:${line}`).toBe(
          true,
        );
      }
    }
  });

  test('tells of none when asked for none; decoys stay', () => {
    const truth = truthOf({ people: 20, attack: false });
    expect(truth.intrusions).toEqual([]);
    expect(truth.decoys.length).toBeGreaterThan(4);
  });

  test('puts the intrusions on the last working day', () => {
    const truth = truthOf({ people: 12, days: 4, start: '2026-03-12' });
    for (const one of truth.intrusions) expect(one.firstAt.slice(0, 10), one.id).toBe('2026-03-13');
  });

  test('varies with the seed', () => {
    const stories = [1, 2, 3, 4, 5].map((seed) => truthOf({ people: 10, hosts: 6, seed }).intrusions);
    for (const list of stories) expect(list.length).toBe(3);
    for (const id of ['phishing', 'cloud', 'server']) {
      const told = stories.map((list) => list.find((one) => one.id === id));
      expect(new Set(told.map((one) => one?.techniques.join())).size, id).toBeGreaterThan(2);
      expect(new Set(told.map((one) => one?.firstAt.slice(11, 16))).size, id).toBeGreaterThan(3);
    }
  });
});

describe('no event gives itself away', () => {
  test('attack records have only shapes that benign ones have', () => {
    for (const file of whole.events.keys()) {
      const { attack, benign } = split(file);
      const shapes = new Set(benign.map((record) => shape(record)));
      for (const record of attack) {
        const own = shape(record);
        if (!shapes.has(own))
          expect.soft(own, `${file} ${JSON.stringify(record).slice(0, 600)}`).toBe('a shape benign records have');
      }
    }
  });

  test('hosts, users, channels, logon types, packages and agents of attack events occur in benign ones', () => {
    const facts: Record<string, (record: Record5) => unknown> = {
      host: (record) => record.winlog?.computer_name ?? record.host?.name,
      user: (record) => record.winlog?.event_data?.User ?? record.user?.name ?? record.UserId,
      event: (record) =>
        record.winlog &&
        `${record.winlog.channel}|${record.winlog.event_id}|${record.winlog.version}|${record.winlog.task}`,
      logon: (record) =>
        record.winlog?.event_data?.LogonType &&
        `${record.winlog.event_data.LogonType}|${record.winlog.event_data.AuthenticationPackageName}|${record.winlog.event_data.ElevatedToken}`,
      integrity: (record) => record.winlog?.event_data?.IntegrityLevel,
      agent: (record) => record.agent?.id,
      cloudAgent: (record) => record.userAgent,
      cloudUserType: (record) => record.userIdentity?.type,
      operation: (record) => record.Operation && `${record.Operation}|${record.RecordType}`,
      directory: (record) => record.process?.working_directory,
      dataset: (record) => record.event?.dataset && `${record.event.dataset}|${record.event.action}`,
      country: (record) => record.location,
    };
    for (const file of whole.events.keys()) {
      const { attack, benign } = split(file);
      for (const [name, fact] of Object.entries(facts)) {
        const seen = new Set(benign.map(fact));
        const alone = new Set(attack.map(fact).filter((value) => !seen.has(value)));
        expect.soft([...alone], `${file} ${name}`).toEqual([]);
      }
    }
  });

  test('addresses, domains and file names of intrusions share their kind with benign ones', () => {
    const endpoints = split('windows-endpoints.ndjson');
    const names = (list: Record5[]): string[] =>
      list.flatMap(({ winlog }) => (winlog.event_id === 22 ? [winlog.event_data.QueryName as string] : []));
    const count = new Map<string, number>();
    for (const name of names(endpoints.benign)) count.set(name, (count.get(name) ?? 0) + 1);
    // Names looked up once in the whole day are many, so that being rare is no mark.
    expect([...count.values()].filter((times) => times === 1).length).toBeGreaterThan(200);
    expect(names(endpoints.attack).length).toBeGreaterThan(0);
  });
});

describe('writing', () => {
  test('keeps the truth outside the telemetry folder, and counts what it wrote', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sample-'));
    try {
      const written = writeSample(dir, { people: 12, seed: 3 });
      const files = readdirSync(written.telemetry);
      expect(files.every((name) => name.endsWith('.ndjson'))).toBe(true);
      let lines = 0;
      let bytes = 0;
      for (const name of files) {
        const text = readFileSync(join(written.telemetry, name), 'utf8');
        lines += text.split('\n').length - 1;
        bytes += Buffer.byteLength(text);
      }
      expect([lines, bytes]).toEqual([written.events, written.bytes]);
      expect(JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8'))).toEqual(written.truth);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('refuses options that make no sense, naming them', () => {
    expect(() => generateSample({ days: 0 })).toThrow(/days is 0; give a whole number from 1/);
    expect(() => generateSample({ start: 'tomorrow' })).toThrow(/start is "tomorrow"/);
  });

  test('streams: the first lines of a year cost no more than those of a day', () => {
    let last = '';
    let read = 0;
    for (const { line } of generateSample({ days: 366, people: 20 }).lines) {
      last = line;
      if (++read === 2000) break;
    }
    expect(timeOf(JSON.parse(last))).toMatch(/^2026-03-10T0[0-3]/);
  });
});
