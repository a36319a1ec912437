import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { openLakeBuffer } from '../src/adapters/duckdb/buffer.ts';
import { openLakeKeeping } from '../src/adapters/duckdb/keeping.ts';
import { openLakeQueries } from '../src/adapters/duckdb/queries.ts';
import type { JsonObject, SourceEvent } from '../src/contracts/event.ts';
import { type LakeFile, lakeHour, lakeRow } from '../src/contracts/lake.ts';
import { stableId } from '../src/kernel/ids.ts';
import { lensOf } from '../src/lenses/index.ts';
import { generateSample } from '../src/sample/index.ts';
import { MemoryWork } from '../test/support/memory-work.ts';
import { median } from './data-options.ts';

/**
 * Writes events through the lake's buffer, merges, and hunts. `--events <n>` (default 1,000,000) of the sample company; or `--mordor --data
 * <dir>` for the recorded attacks there. JSON lines: writing and merging with their CPU, bytes on disk per raw byte, and ms of each hunt
 * (median of 3, each in a process that is running already).
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    mordor: { type: 'boolean', default: false },
    data: { type: 'string', default: '../shared/data' },
    flush: { type: 'string', default: '24000' },
    memory: { type: 'string', default: '512' },
    json: { type: 'boolean', default: true },
  },
});
const FLUSH_ROWS = Number(values.flush);
const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

interface Line {
  readonly source: string;
  readonly text: string;
}

/** Events of the sample company that are generated before they repeat on later days. */
const POOL = 200_000;
const DAY = 86_400_000;
/** A word that a single event has. */
const NEEDLE = 'zqneedle-7f3a';

/** The sample company, then the same again on later days: every round has dates, and so hours and files, of its own. */
function* company(): Iterable<Line> {
  const pool: Line[] = [];
  for (const { file, line } of generateSample({ days: 30, people: 400 }).lines) {
    pool.push({ source: file, text: line });
    if (pool.length === POOL) break;
  }
  const days = 1 + new Set(pool.map(({ text }) => /\d{4}-\d\d-\d\d/.exec(text)?.[0])).size;
  yield {
    source: 'needle',
    text: JSON.stringify({ '@timestamp': '2026-03-10T08:00:00Z', message: `a ${NEEDLE} in it` }),
  };
  for (let round = 0; ; round += 1) {
    const shifted = new Map<string, string>();
    const shift = (date: string): string => {
      let to = shifted.get(date);
      if (to === undefined) {
        to = new Date(Date.parse(date) + round * days * DAY).toISOString().slice(0, 10);
        shifted.set(date, to);
      }
      return to;
    };
    for (const { source, text } of pool) yield { source, text: text.replaceAll(/2026-\d\d-\d\d/g, shift) };
  }
}

function* mordor(data: string): Iterable<Line> {
  const folder = join(data, 'mordor', 'events');
  if (!existsSync(folder)) {
    process.stderr.write(`there is no folder '${folder}'; give one with --data\n`);
    process.exit(2);
  }
  for (const file of globSync('*.ndjson.gz', { cwd: folder }).toSorted()) {
    const lines = gunzipSync(readFileSync(join(folder, file))).toString('utf8');
    for (const text of lines.split('\n')) if (text !== '') yield { source: 'mordor', text };
  }
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const dir = mkdtempSync(join(tmpdir(), 'bw-bench-lake-'));
const work = new MemoryWork();
const spent = { rows: 0, raw: 0, cpu: 0, seconds: 0 };
try {
  const buffer = await openLakeBuffer({ dir, writer: 'bench', memoryMb: 200 });
  const lane: { readonly tenant: string; readonly hour: string; readonly row: ReturnType<typeof lakeRow> }[] = [];
  const drain = async (): Promise<void> => {
    const [startedCpu, started] = [cpu(), performance.now()];
    for (const { tenant, hour, row } of lane) buffer.add(tenant, hour, row);
    const files = await buffer.flush();
    work.commit({ files });
    spent.cpu += cpu() - startedCpu;
    spent.seconds += (performance.now() - started) / 1000;
    spent.rows += lane.length;
    lane.length = 0;
  };
  // A busy company: its days are pressed into hours, so that an hour holds what the target rate would put there in some minutes.
  const pressed = (time: number): number => Math.floor(time / 24);
  for (const { source, text } of values.mordor ? mordor(values.data) : company()) {
    const row = rowOf(source, text, spent.rows + lane.length);
    const time = values.mordor ? row.time : pressed(row.time);
    row.values[1] = time;
    lane.push({ tenant: 'main', hour: lakeHour(time), row: row.values });
    spent.raw += Buffer.byteLength(text);
    if (lane.length >= FLUSH_ROWS) await drain();
    if (!values.mordor && spent.rows + lane.length >= Number(values.events)) break;
  }
  await drain();
  await buffer.close();
  const of = values.mordor ? 'mordor' : 'company';
  say({
    case: 'write',
    of,
    rows: spent.rows,
    bytesARow: Math.round(spent.raw / spent.rows),
    rowsPerSecond: Math.round(spent.rows / spent.seconds),
    cpuMicrosecondsARow: Number(((spent.cpu / spent.rows) * 1e6).toFixed(2)),
    coresAt23000: Number(((spent.cpu / spent.rows) * 23_000).toFixed(3)),
    files: work.allFiles().length,
    bytesPerRawByte: Number((bytes(work.allFiles()) / spent.raw).toFixed(4)),
  });
  await merge(of);
  if (!values.mordor) await hunts();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function rowOf(source: string, text: string, at: number) {
  const record: JsonObject = JSON.parse(text);
  const lens = lensOf(record);
  const time = lens.time(record) ?? 0;
  const event: SourceEvent = {
    id: stableId('main', source, String(at)),
    record,
    lens,
    origin: lens.origin(record),
    time,
    timeSuspect: false,
    file: source,
    line: at,
    bytes: text.length,
  };
  return { time, values: lakeRow(event, lens.activity(record), source, time + 1000, text) };
}

function bytes(files: readonly LakeFile[]): number {
  return files.reduce((total, file) => total + file.bytes, 0);
}

async function merge(of: string): Promise<void> {
  const [startedCpu, started] = [cpu(), performance.now()];
  const keeping = await openLakeKeeping({
    dir,
    work,
    clock: { now: () => 4e12 },
    daysOf: () => undefined,
    memoryMb: Number(values.memory),
    log: (message, details) => process.stderr.write(`${message} ${JSON.stringify(details)}\n`),
  });
  const { from, into } = await keeping.merge();
  await keeping.close();
  const spentCpu = cpu() - startedCpu;
  say({
    case: 'merge',
    of,
    from,
    into,
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
    cpuMicrosecondsARow: Number(((spentCpu / spent.rows) * 1e6).toFixed(2)),
    coresAt23000: Number(((spentCpu / spent.rows) * 23_000).toFixed(3)),
    files: work.allFiles().length,
    bytesPerRawByte: Number((bytes(work.allFiles()) / spent.raw).toFixed(4)),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  });
}

async function hunts(): Promise<void> {
  const queries = openLakeQueries({ dir, work });
  const limits = { rows: 1000, milliseconds: 120_000, memoryMb: 512 };
  const ask = (sql: string, words: readonly string[] = []) => queries.query('main', sql, { limits, words });
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'one process name',
      "SELECT time, host, command_line FROM events WHERE process_name = 'mshta.exe' ORDER BY time LIMIT 100",
      [],
    ],
    ['one process name, counted', "SELECT count(*) FROM events WHERE process_name = 'powershell.exe'", []],
    ['full aggregate', 'SELECT host, kind, count(*) FROM events GROUP BY host, kind ORDER BY 3 DESC', []],
    ['rare word', 'SELECT id, time, raw FROM events', [NEEDLE]],
    ['absent word', 'SELECT id FROM events', ['mimikatzenberger']],
    ['common word, first 100', 'SELECT time, raw FROM events LIMIT 100', ['powershell.exe']],
    ['common word, counted', 'SELECT count(*) FROM events', ['powershell.exe']],
  ];
  for (const [name, sql, words] of cases) {
    const taken: number[] = [];
    let rows = 0;
    for (let round = 0; round < 3; round += 1) {
      const result = await ask(sql, words);
      taken.push(result.milliseconds);
      rows = result.rows.length;
    }
    say({ case: 'hunt', hunt: name, events: spent.rows, ms: median(taken), rows });
  }
  await queries.close();
}
