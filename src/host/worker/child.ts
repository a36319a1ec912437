import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromWorker, ToWorker } from './options.ts';

export interface ChildOptions {
  /** Module beside this one, without its ending. */
  readonly module: string;
  readonly name: string;
  readonly options: unknown;
  readonly warn: (message: string) => void;
  /** Flags of Node for the process. */
  readonly execArgv?: readonly string[];
}

/** A process that is kept alive. */
export interface Child {
  /** Resolves when it says it is ready for the first time. */
  readonly ready: Promise<void>;
  readonly pid: number | undefined;
  /** Times it was started again, in all. */
  readonly restarts: number;
  /** Asks it to finish what it has begun, and resolves when it has gone. */
  stop(): Promise<void>;
}

/** Milliseconds without a sign of life after which a process is taken to be stuck. */
const SILENT = 30_000;
const RESTART_FIRST = 50;
const RESTART_MOST = 10_000;
/** Milliseconds a process may take to finish when it is asked to end. */
const STOP_WITHIN = 30_000;

/** Starts a process and starts it again whenever it ends, at growing intervals, until `stop`. */
export function keepAlive(options: ChildOptions): Child {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const path = fileURLToPath(new URL(`./${options.module}.${ending}`, import.meta.url));
  let child: ChildProcess | undefined;
  let restarts = 0;
  /** In a row: what sets the interval. */
  let failures = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();

  const watch = (process: ChildProcess): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      options.warn(`${options.name} gives no sign of life for ${SILENT / 1000} s and is started again`);
      process.kill('SIGKILL');
    }, SILENT);
    watchdog.unref();
  };
  const start = (): void => {
    const began = performance.now();
    const started = fork(path, [JSON.stringify(options.options)], {
      execArgv: [...(options.execArgv ?? [])],
      // glibc keeps a heap for each thread, and what DuckDB's threads let go would stay in theirs.
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    watch(started);
    started.on('message', (message: FromWorker) => {
      watch(started);
      if (message.kind === 'ready') isReady();
    });
    const ended = (how: string | number | null): void => {
      if (child !== started) return;
      clearTimeout(watchdog);
      child = undefined;
      if (stopping) {
        isGone();
        return;
      }
      // One that lived a while failed by something that came along, not by its start.
      const lived = performance.now() - began;
      failures = lived > RESTART_MOST ? 1 : failures + 1;
      restarts += 1;
      options.warn(`${options.name} ended (${how}) and is started again`);
      timer = setTimeout(start, Math.min(RESTART_MOST, RESTART_FIRST * 2 ** (failures - 1)));
    };
    started.once('exit', (code, signal) => ended(signal ?? code));
    // Where no process can be made (no memory, too many) there is no exit; and an error nobody takes would end the server.
    started.on('error', (error) => {
      if (started.pid === undefined) ended(error.message);
    });
  };
  start();
  return {
    ready,
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const running = child;
      if (running === undefined) return;
      const message: ToWorker = { kind: 'stop' };
      running.send(message, () => {});
      const late = setTimeout(() => running.kill('SIGKILL'), STOP_WITHIN);
      await gone;
      clearTimeout(late);
    },
  };
}
