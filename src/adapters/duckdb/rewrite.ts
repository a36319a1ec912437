import { randomInt, randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type LakeFile, lakeColumns } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { writeFailed } from './buffer.ts';
import { partition, pathOf, publish, TMP, wordsName } from './durable.ts';
import { type Engine, literal } from './engine.ts';
import { copyTo } from './staging.ts';
import { WordsBuilder } from './words-file.ts';

/** Rows of a block: what a search by word passes over or reads whole. */
const BLOCK_ROWS = 8192;
/** Measured on the sample: level 3 is a tenth smaller than 1 at the same speed, 9 gains 3 % more at three times the time. */
const MERGED = { level: 3, groupRows: BLOCK_ROWS } as const;
/** Records handed to JavaScript at a time while their words are read. */
const WORD_ROWS = 2048;
const columns = lakeColumns.map(([name]) => `"${name}"`).join(', ');

/** Where a rewrite can be interrupted, in order; fault tests end the process at each. */
export const lakeCrashPoints = ['before write', 'after write', 'after publish', 'after listing'] as const;
export type LakeCrashPoint = (typeof lakeCrashPoints)[number];

export interface Rewriting {
  readonly root: string;
  readonly engine: Engine;
  readonly crashPoint: (name: LakeCrashPoint) => void;
}

/**
 * One file, durable and not yet listed, with the rows of several of one partition: in an order that puts like beside like, in blocks, with
 * a file of words beside it. Throws `LAKE_WRITE_FAILED`.
 */
export async function mergeFiles(parts: Rewriting, files: readonly LakeFile[]): Promise<LakeFile> {
  const base = randomInt(2 ** 35) * 4096;
  const query = `SELECT ${columns}, ${base} + (row_number() OVER () - 1) // ${BLOCK_ROWS} AS block
    FROM (SELECT ${columns} FROM ${scan(parts.root, files)} ORDER BY lens, kind, host, time)`;
  return rewrite(parts, files, query, (path) => writeWords(parts.engine, path, base));
}

/** One file with the rows of another, without their raw records. */
export async function withoutRaw(parts: Rewriting, file: LakeFile): Promise<LakeFile> {
  const query = `SELECT * REPLACE (NULL::VARCHAR AS raw) FROM (SELECT ${columns} FROM ${scan(parts.root, [file])})`;
  return { ...(await rewrite(parts, [file], query, async () => 0)), rawBytes: 0 };
}

function scan(root: string, files: readonly LakeFile[]): string {
  return `read_parquet([${files.map(({ name }) => literal(pathOf(root, name))).join(', ')}], hive_partitioning=false)`;
}

async function rewrite(
  { root, engine, crashPoint }: Rewriting,
  files: readonly LakeFile[],
  query: string,
  words: (path: string) => Promise<number>,
): Promise<LakeFile> {
  const [first] = files;
  if (first === undefined) throw new Error('nothing to rewrite');
  const { tenant, hour } = first;
  const rows = sum(files, (file) => file.rows);
  const path = join(root, TMP, `m-${randomUUID()}.parquet`);
  const name = `${partition(tenant, hour)}/${basename(path)}`;
  const what = `${rows} rows of tenant ${tenant}, hour ${hour}, to be merged,`;
  crashPoint('before write');
  const { size, wordBytes } = await write(engine, copyTo(query, path, MERGED), path, rows, words, what);
  crashPoint('after write');
  try {
    // The words first: who finds the file finds them.
    if (wordBytes > 0) await publish(root, wordsName(path), wordsName(name));
    await publish(root, path, name);
  } catch (error) {
    throw writeFailed(error, what);
  }
  crashPoint('after publish');
  return {
    tenant,
    hour,
    name,
    rows,
    bytes: size + wordBytes,
    rawBytes: sum(files, (file) => file.rawBytes),
    minTime: Math.min(...files.map((file) => file.minTime)),
    maxTime: Math.max(...files.map((file) => file.maxTime)),
    merges: Math.max(...files.map((file) => file.merges)) + 1,
  };
}

async function write(
  { connection }: Engine,
  copy: string,
  path: string,
  rows: number,
  words: (path: string) => Promise<number>,
  what: string,
): Promise<{ readonly size: number; readonly wordBytes: number }> {
  try {
    const written = Number((await connection.runAndReadAll(copy)).getRows()[0]?.[0]);
    if (written !== rows) throw new BridgewatchError('LAKE_FILE_DAMAGED', `${what} are ${written} in their files`);
    const { size } = await stat(path);
    return { size, wordBytes: await words(path) };
  } catch (error) {
    await rm(path, { force: true });
    await rm(wordsName(path), { force: true });
    throw writeFailed(error, what);
  }
}

/** Reads the raw records back, block by block, as few large texts: a value at a time would cost more than the merge. */
async function writeWords({ connection }: Engine, path: string, base: number): Promise<number> {
  const builder = new WordsBuilder();
  const source = `read_parquet(${literal(path)}, file_row_number=true)`;
  const last = await connection.runAndReadAll(`SELECT max(block) FROM ${source}`);
  const end = Number(last.getRows()[0]?.[0]);
  for (let block = base; block <= end; block += 1) {
    const texts = await connection.stream(
      `SELECT encode(string_agg(raw, chr(10))) FROM ${source} WHERE block = ${block} GROUP BY file_row_number // ${WORD_ROWS}`,
    );
    for (let chunk = await texts.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await texts.fetchChunk()) {
      for (const value of chunk.getColumnValues(0)) builder.add(block, bytesOf(value));
    }
  }
  return builder.write(wordsName(path));
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array) {
    return value.bytes;
  }
  return new Uint8Array(0);
}

export function sum(files: readonly LakeFile[], of: (file: LakeFile) => number): number {
  let total = 0;
  for (const file of files) total += of(file);
  return total;
}
