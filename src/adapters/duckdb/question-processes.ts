import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Answer, Question } from './question.ts';

/** What a process that does not heed an interruption is given before it is killed. */
const HEED_MS = 2_000;
/** How long a process waits for the next question: starting one costs a quarter of a second. */
const IDLE_MS = 60_000;
const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? 'question-process.ts' : 'question-process.js', import.meta.url),
);

/**
 * Processes that answer questions, a few at a time. A question that exhausts memory or crashes DuckDB takes its process with it and nothing
 * else; one that hangs is killed. They are given an empty environment: no secret of the server's is there to be found.
 */
export class QuestionProcesses {
  readonly #limit: number;
  readonly #idle = new Map<ChildProcess, NodeJS.Timeout>();
  readonly #all = new Set<ChildProcess>();
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `HUNT_TIMEOUT`, `HUNT_CANCELLED`, `HUNT_MEMORY` where the process had to be ended or ended by itself. */
  async ask(question: Question, signal: AbortSignal | undefined): Promise<Answer> {
    await this.#turn(signal);
    const child = this.#take();
    try {
      const answer = await exchange(child, question, signal);
      this.#rest(child);
      return answer;
    } catch (error) {
      this.#end(child);
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }

  /** Whoever ends hands the turn on, so that nobody who came later takes it between. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) throw cancelled();
    if (this.#busy < this.#limit) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(mine), 1);
        reject(cancelled());
      };
      const mine = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.push(mine);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  close(): void {
    for (const child of this.#all) this.#end(child);
  }

  #take(): ChildProcess {
    for (const [child, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(child);
      if (!child.connected) continue;
      child.ref();
      child.channel?.ref();
      return child;
    }
    const child = fork(program, [], {
      env: {},
      execArgv: ['--max-old-space-size=256'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#all.add(child);
    child.once('exit', () => {
      this.#all.delete(child);
      clearTimeout(this.#idle.get(child));
      this.#idle.delete(child);
    });
    // Without one, a process that cannot be started would end ours.
    child.on('error', () => undefined);
    return child;
  }

  /** An idle process keeps nobody alive. */
  #rest(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    this.#idle.set(child, setTimeout(() => this.#end(child), IDLE_MS).unref());
  }

  #end(child: ChildProcess): void {
    clearTimeout(this.#idle.get(child));
    this.#idle.delete(child);
    this.#all.delete(child);
    child.kill('SIGKILL');
  }
}

function exchange(child: ChildProcess, question: Question, signal: AbortSignal | undefined): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    let killed: NodeJS.Timeout | undefined;
    const late = setTimeout(
      () =>
        settle(() =>
          reject(new BridgewatchError('HUNT_TIMEOUT', `the question took more than ${question.milliseconds} ms`, 408)),
        ),
      question.milliseconds + HEED_MS,
    );
    const stop = (): void => {
      if (child.connected) child.send('stop');
      killed = setTimeout(() => settle(() => reject(cancelled())), HEED_MS);
    };
    const answered = (answer: Answer): void => settle(() => resolve(answer));
    const ended = (): void =>
      settle(() =>
        reject(
          new BridgewatchError(
            'HUNT_MEMORY',
            'the process that answered the question ended; it may have needed too much memory',
            422,
          ),
        ),
      );
    const settle = (how: () => void): void => {
      clearTimeout(late);
      clearTimeout(killed);
      signal?.removeEventListener('abort', stop);
      child.off('message', answered);
      child.off('exit', ended);
      how();
    };
    child.on('message', answered);
    child.once('exit', ended);
    signal?.addEventListener('abort', stop, { once: true });
    child.send(question, (error) => {
      if (error !== null) ended();
    });
  });
}

function cancelled(): BridgewatchError {
  return new BridgewatchError('HUNT_CANCELLED', 'the question was cancelled', 409);
}
