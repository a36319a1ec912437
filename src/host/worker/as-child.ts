import { BridgewatchError } from '../../kernel/errors.ts';
import type { FromWorker, ToWorker } from './options.ts';

/** Milliseconds between signs of life. A process that is stuck gives none. */
const BEAT_EVERY = 1000;

/**
 * Runs a child process of the server: options from the command line, signs of life to the parent, an end when it says so.
 * @param run works until the signal aborts, and says once when it is ready
 */
export async function asChild<Options>(
  run: (options: Options, signal: AbortSignal, ready: () => void) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  // Without a parent nobody would restart it or stop it, and its successor is on its way: what is not committed is done again.
  process.once('disconnect', () => process.exit(1));
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') controller.abort();
  });
  // The parent decides when a terminal's Ctrl-C means the end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  const say = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  setInterval(() => say({ kind: 'beat' }), BEAT_EVERY);
  process.on('uncaughtException', end);
  const options: Options = JSON.parse(process.argv[2] ?? '{}');
  await run(options, controller.signal, () => say({ kind: 'ready' })).catch(end);
  process.exit(0);
}

/** Says why, and no more: a library's error, or the cause of one of ours, may quote the telemetry it stumbled over. */
function end(error: unknown): never {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const where = stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  const what = error instanceof BridgewatchError ? `${error.code}: ${message}` : `${name}: ${message.slice(0, 200)}`;
  process.stderr.write(`${[what, ...where.slice(0, 5)].join('\n')}\n`);
  process.exit(1);
}
