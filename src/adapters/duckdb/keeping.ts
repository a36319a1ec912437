import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type LakeFile, lakeHour } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LakeDisk, LakeKeeping } from '../../ports/lake.ts';
import type { WorkStore } from '../../ports/work-store.ts';
import { TMP } from './durable.ts';
import { type Engine, openEngine } from './engine.ts';
import { planMerges } from './merge-plan.ts';
import { type LakeCrashPoint, mergeFiles, sum, withoutRaw } from './rewrite.ts';
import { sweepFiles, touch } from './sweep.ts';

export interface LakeKeepingParts {
  readonly dir: string;
  readonly work: WorkStore;
  readonly clock: Clock;
  /** Days that a tenant's events are kept; undefined: as long as there is room. */
  readonly daysOf: (tenant: string) => number | undefined;
  /** Bytes the lake may take; undefined: as many as there are. */
  readonly diskBytes?: number;
  /** What DuckDB may take while it merges; 512 by default. Beyond it, it sorts on disk. */
  readonly memoryMb?: number;
  /** How long an unlisted file is kept for those who may have its name: longer than any question and any flush. 10 minutes by default. */
  readonly graceMs?: number;
  /** Raw bytes of a merged file; by default as many as are sorted in memory. */
  readonly targetRawBytes?: number;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
  readonly crashPoint?: (name: LakeCrashPoint) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NEAR = 0.9;
/** Part of the memory that the raw records of one merge may take: the sort holds them, and the writer a block more. */
const SORTED_SHARE = 0.4;

/** Opens the keeping of a lake. One process may have it open. */
export async function openLakeKeeping(parts: LakeKeepingParts): Promise<LakeKeeping> {
  const root = resolve(parts.dir);
  const memoryMb = parts.memoryMb ?? 512;
  await mkdir(join(root, TMP), { recursive: true });
  const engine = await openEngine({
    threads: '1',
    memory_limit: `${memoryMb}MB`,
    temp_directory: join(root, TMP, 'spill-keeping'),
    preserve_insertion_order: 'true',
  });
  return new Keeping(parts, root, engine, parts.targetRawBytes ?? memoryMb * 1024 * 1024 * SORTED_SHARE);
}

class Keeping implements LakeKeeping {
  readonly #parts: LakeKeepingParts;
  readonly #root: string;
  readonly #engine: Engine;
  readonly #target: number;
  #turn: Promise<unknown> = Promise.resolve();
  disk: LakeDisk;

  constructor(parts: LakeKeepingParts, root: string, engine: Engine, target: number) {
    this.#parts = parts;
    this.#root = root;
    this.#engine = engine;
    this.#target = target;
    this.disk = {
      state: 'ok',
      bytes: 0,
      budget: parts.diskBytes ?? Number.POSITIVE_INFINITY,
      rawDropped: 0,
      filesDropped: 0,
    };
  }

  merge(): Promise<{ readonly from: number; readonly into: number }> {
    return this.#next(async () => {
      const { work, clock } = this.#parts;
      let [from, into] = [0, 0];
      for (const group of planMerges(work.allFiles(), this.#target, lakeHour(clock.now() - HOUR))) {
        for (const merged of await this.#mergeGroup(group)) {
          from += merged;
          into += 1;
        }
      }
      return { from, into };
    });
  }

  sweep(): Promise<number> {
    return this.#next(() => sweepFiles(this.#root, this.#parts.work.allFiles(), this.#parts.graceMs ?? 600_000));
  }

  retain(): Promise<number> {
    return this.#next(async () => {
      const { work, clock, daysOf } = this.#parts;
      const past = work.allFiles().filter(({ tenant, hour }) => {
        const days = daysOf(tenant);
        return days !== undefined && hour < lakeHour(clock.now() - days * DAY);
      });
      await this.#unlist(past);
      return past.length;
    });
  }

  trim(): Promise<LakeDisk> {
    return this.#next(async () => {
      const budget = this.#parts.diskBytes ?? Number.POSITIVE_INFINITY;
      let files = this.#parts.work.allFiles();
      let { rawDropped, filesDropped } = this.disk;
      const isOver = sum(files, ({ bytes }) => bytes) > budget;
      if (isOver) {
        rawDropped += await this.#dropRaw(budget);
        filesDropped += await this.#dropHours(budget);
        files = this.#parts.work.allFiles();
      }
      const bytes = sum(files, (file) => file.bytes);
      let state: LakeDisk['state'] = bytes > budget * NEAR ? 'near' : 'ok';
      if (isOver) state = 'over';
      this.disk = { state, bytes, budget, rawDropped, filesDropped };
      if (state !== 'ok') this.#parts.log(`the event lake is ${state} its disk budget`, { ...this.disk });
      return this.disk;
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#engine.close();
  }

  get #rewriting() {
    return { root: this.#root, engine: this.#engine, crashPoint: this.#parts.crashPoint ?? (() => undefined) };
  }

  /** Oldest first; the hours that workers may still be adding to are left alone. */
  #old(): readonly LakeFile[] {
    const open = lakeHour(this.#parts.clock.now() - HOUR);
    const files = this.#parts.work.allFiles().filter(({ hour }) => hour < open);
    return files.toSorted((a, b) =>
      a.hour === b.hour ? Number(a.name > b.name) - Number(a.name < b.name) : a.hour < b.hour ? -1 : 1,
    );
  }

  async #dropRaw(budget: number): Promise<number> {
    let over = sum(this.#parts.work.allFiles(), ({ bytes }) => bytes) - budget;
    let dropped = 0;
    for (const file of this.#old()) {
      if (over <= 0) break;
      if (file.rawBytes === 0) continue;
      const made = await this.#replace([file], () => withoutRaw(this.#rewriting, file));
      if (made instanceof BridgewatchError) continue;
      over -= file.bytes - made.bytes;
      dropped += 1;
    }
    return dropped;
  }

  async #dropHours(budget: number): Promise<number> {
    let over = sum(this.#parts.work.allFiles(), ({ bytes }) => bytes) - budget;
    const dropped: LakeFile[] = [];
    for (const file of this.#old()) {
      if (over <= 0 && dropped.at(-1)?.hour !== file.hour) break;
      dropped.push(file);
      over -= file.bytes;
    }
    await this.#unlist(dropped);
    return dropped.length;
  }

  /**
   * How many files became one, for each that was made. Where one file is damaged, or the records are too large to be sorted together, the
   * halves are tried: the rest need not wait for it.
   */
  async #mergeGroup(group: readonly LakeFile[]): Promise<readonly number[]> {
    const made = await this.#replace(group, () => mergeFiles(this.#rewriting, group));
    if (!(made instanceof BridgewatchError)) return [group.length];
    const isDivisible = made.code === 'LAKE_FILE_DAMAGED' || /Out of Memory/i.test(made.message);
    if (!isDivisible || group.length < 4) return [];
    const half = group.length >> 1;
    return [...(await this.#mergeGroup(group.slice(0, half))), ...(await this.#mergeGroup(group.slice(half)))];
  }

  /** One commit lists the new file and unlists the old: whoever asks sees the rows once, whenever this ends. */
  async #replace(old: readonly LakeFile[], make: () => Promise<LakeFile>): Promise<LakeFile | BridgewatchError> {
    try {
      const made = await make();
      await touch(this.#root, old);
      this.#parts.work.commit({ files: [made], dropped: old.map(({ name }) => name) });
      this.#rewriting.crashPoint('after listing');
      return made;
    } catch (error) {
      if (!(error instanceof BridgewatchError)) throw error;
      // The old files stay listed: nothing is lost, and the rest of the lake is still to be kept.
      this.#parts.log('files of the lake were left as they are', { code: error.code, message: error.message });
      return error;
    }
  }

  async #unlist(files: readonly LakeFile[]): Promise<void> {
    if (files.length === 0) return;
    await touch(this.#root, files);
    this.#parts.work.commit({ dropped: files.map(({ name }) => name) });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
