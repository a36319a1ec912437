import type { FromWorker, ToWorker, WorkerOptions } from './options.ts';
import { runWorker } from './run.ts';

/** Milliseconds between signs of life. A worker that is stuck in one event gives none. */
const BEAT_EVERY = 1000;

const controller = new AbortController();
const stop = (): void => controller.abort();
// A worker without a parent has nobody to restart it or to stop it, and its successor is on its way: what is not committed is done again.
process.once('disconnect', () => process.exit(1));
process.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') stop();
});
// The parent decides when a terminal's Ctrl-C means the end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const say = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};
const beat = setInterval(() => say({ kind: 'beat' }), BEAT_EVERY);
const options: WorkerOptions = JSON.parse(process.argv[2] ?? '{}');
await runWorker(options, controller.signal, () => say({ kind: 'ready' }));
clearInterval(beat);
process.exit(0);
