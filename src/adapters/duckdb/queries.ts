import { resolve } from 'node:path';
import type { LakeFile } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { LakeQueries, QueryResult } from '../../ports/lake.ts';
import type { WorkStore } from '../../ports/work-store.ts';
import { pathOf, wordsName } from './durable.ts';
import { QuestionProcesses } from './question-processes.ts';
import type { Scope } from './session.ts';
import { blocksWith, hashesOf } from './words-file.ts';

export interface LakeQueriesParts {
  readonly dir: string;
  readonly work: Pick<WorkStore, 'files'>;
  /** Questions answered at the same time, each in a process of its own; 2 by default. Others wait. */
  readonly atOnce?: number;
  /** Threads of one question; 2 by default. */
  readonly threads?: number;
}

/** Every word is a pattern that each record is held against. */
const WORDS = 16;
const WORD_LENGTH = 256;

type Options = Parameters<LakeQueries['query']>[2];

/** Opens the asking side of the lake. Nothing is started before the first question. */
export function openLakeQueries(parts: LakeQueriesParts): LakeQueries {
  return new Queries(parts);
}

class Queries implements LakeQueries {
  readonly #parts: LakeQueriesParts;
  readonly #root: string;
  readonly #processes: QuestionProcesses;

  constructor(parts: LakeQueriesParts) {
    this.#parts = parts;
    this.#root = resolve(parts.dir);
    this.#processes = new QuestionProcesses(parts.atOnce ?? 2);
  }

  async query(tenant: string, sql: string, options: Options): Promise<QueryResult> {
    const started = performance.now();
    const { limits, parameters, signal } = options;
    // The files asked for first may be merged away before they are opened; those listed now are there for the grace period.
    for (let attempt = 0; ; attempt += 1) {
      const scope = await this.#scope(tenant, options);
      const question = {
        scope,
        sql,
        parameters: parameters ?? [],
        rows: limits.rows,
        milliseconds: limits.milliseconds,
      };
      const answer = await this.#processes.ask(question, signal);
      if (answer.kind === 'answered') {
        return { ...answer.answered, milliseconds: Math.round(performance.now() - started) };
      }
      if (answer.kind === 'failed') throw new BridgewatchError(answer.code, answer.message, answer.status);
      if (attempt > 0) {
        throw new BridgewatchError(
          'LAKE_FILE_MISSING',
          `a file of tenant ${tenant} is listed and not there; its events cannot be read`,
        );
      }
    }
  }

  async close(): Promise<void> {
    this.#processes.close();
  }

  async #scope(tenant: string, { limits, from, to, words }: Options): Promise<Scope> {
    if ((words ?? []).length > WORDS || words?.some((word) => word.length > WORD_LENGTH) === true) {
      throw new BridgewatchError(
        'HUNT_SQL_INVALID',
        `give at most ${WORDS} words of at most ${WORD_LENGTH} characters`,
        400,
      );
    }
    const files = this.#parts.work
      .files(tenant)
      .filter(({ minTime, maxTime }) => (from === undefined || maxTime >= from) && (to === undefined || minTime <= to));
    const hashes = hashesOf(words ?? []);
    const [whole, indexed, blocks]: [string[], string[], number[]] = [[], [], []];
    for (const file of files) {
      const path = pathOf(this.#root, file.name);
      const found = hashes.length === 0 || !mayBeIndexed(file) ? undefined : await blocksWith(wordsName(path), hashes);
      if (found === undefined) whole.push(path);
      else if (found.length > 0) {
        indexed.push(path);
        blocks.push(...found);
      }
    }
    return {
      tenant,
      whole,
      indexed,
      blocks,
      from: from ?? null,
      to: to ?? null,
      words: words ?? [],
      memoryMb: limits.memoryMb,
      threads: this.#parts.threads ?? 2,
    };
  }
}

function mayBeIndexed({ merges, rawBytes }: LakeFile): boolean {
  return merges > 0 && rawBytes > 0;
}
