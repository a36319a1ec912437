import { asChild } from './as-child.ts';
import type { WorkerOptions } from './options.ts';
import { runWorker } from './run.ts';

await asChild<WorkerOptions>(runWorker);
