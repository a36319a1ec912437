import { mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LakeFile, LakeValue } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { LakeBuffer } from '../../ports/lake.ts';
import { partition, publish, TMP } from './durable.ts';
import { type Engine, openEngine } from './engine.ts';
import { copyTo, Staging } from './staging.ts';

export interface LakeBufferParts {
  /** The lake's folder. */
  readonly dir: string;
  /** Distinct for every start of a process, of letters, digits, `-` and `_`: part of the names of its files. */
  readonly writer: string;
  /** What DuckDB may take while it writes one file. The rows held come on top, until they are flushed. */
  readonly memoryMb: number;
}

/** Fast rather than small: the merge compresses again. */
const WRITTEN = { level: 1, groupRows: 20_480 } as const;

/** Part of the memory that the raw records of one file may have: table and writer hold them some three times over. */
const PIECE = 1 / 6;

/** Opens the writing side of the lake. Throws `LAKE_WRITER_INVALID` for a writer's name that is no name. */
export async function openLakeBuffer({ dir, writer, memoryMb }: LakeBufferParts): Promise<LakeBuffer> {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(writer)) {
    throw new BridgewatchError(
      'LAKE_WRITER_INVALID',
      `writer is ${JSON.stringify(writer)}; give 1 to 64 of letters, digits, - and _`,
    );
  }
  const root = resolve(dir);
  await mkdir(join(root, TMP), { recursive: true });
  const engine = await openEngine({
    threads: '1',
    memory_limit: `${memoryMb}MB`,
    temp_directory: join(root, TMP, `spill-${writer}`),
  });
  return new Buffered(root, writer, engine, memoryMb * 1024 * 1024 * PIECE);
}

class Buffered implements LakeBuffer {
  readonly #root: string;
  readonly #writer: string;
  readonly #engine: Engine;
  readonly #pieceBytes: number;
  #partitions = new Map<string, Staging>();
  /** What has grown to a file, or a flush could not write. */
  #sealed: Staging[] = [];
  #written = 0;
  rows = 0;
  rawBytes = 0;

  constructor(root: string, writer: string, engine: Engine, pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
    this.#root = root;
    this.#writer = writer;
    this.#engine = engine;
  }

  add(tenant: string, hour: string, row: readonly LakeValue[]): void {
    const key = `${hour}/${tenant}`;
    let staging = this.#partitions.get(key);
    if (staging === undefined) {
      partition(tenant, hour);
      staging = new Staging(tenant, hour);
      this.#partitions.set(key, staging);
    }
    this.rawBytes += staging.add(row);
    this.rows += 1;
    if (staging.rawBytes < this.#pieceBytes) return;
    this.#sealed.push(staging);
    this.#partitions.delete(key);
  }

  /** Throws `LAKE_WRITE_FAILED`, and holds then what it held. */
  async flush(): Promise<readonly LakeFile[]> {
    this.#sealed.push(...this.#partitions.values());
    this.#partitions = new Map();
    const sealed = [...this.#sealed];
    const files: LakeFile[] = [];
    for (const staging of sealed) files.push(await this.#write(staging));
    this.#sealed = this.#sealed.slice(sealed.length);
    for (const staging of sealed) {
      this.rows -= staging.rows;
      this.rawBytes -= staging.rawBytes;
      staging.release();
    }
    return files;
  }

  async #write(staging: Staging): Promise<LakeFile> {
    const { tenant, hour, rows, rawBytes, minTime, maxTime } = staging;
    this.#written += 1;
    const name = `${this.#writer}-${this.#written}.parquet`;
    const path = join(this.#root, TMP, name);
    const table = `rows_${this.#written}`;
    const { connection } = this.#engine;
    try {
      const query = await staging.load(this.#engine, table);
      await connection.run(copyTo(query, path, WRITTEN));
      const { size } = await stat(path);
      const listed = `${partition(tenant, hour)}/${name}`;
      await publish(this.#root, path, listed);
      return { tenant, hour, name: listed, rows, bytes: size, rawBytes, minTime, maxTime, merges: 0 };
    } catch (error) {
      await rm(path, { force: true });
      throw writeFailed(error, `${rows} rows of tenant ${tenant}, hour ${hour}`);
    } finally {
      await connection.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }

  async close(): Promise<void> {
    this.#engine.close();
  }
}

/** What went wrong while `what` was written, as an error of ours. */
export function writeFailed(error: unknown, what: string): BridgewatchError {
  if (error instanceof BridgewatchError) return error;
  // DuckDB may quote the value it stumbled over: no event's content goes to a log by this way.
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200);
  return new BridgewatchError('LAKE_WRITE_FAILED', `${what} did not get into the lake: ${reason}`, 503, {
    cause: error,
  });
}
