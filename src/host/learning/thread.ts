import { Worker } from 'node:worker_threads';
import type { Model } from '../../contracts/model.ts';
import type { LearnModel } from '../../learn/index.ts';
import type { Answered, Asked } from './thread-main.ts';

export interface LearningThread {
  readonly learn: LearnModel;
  readonly stop: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (model: Model) => void;
  readonly reject: (error: Error) => void;
}

/** Learns beside the server's own work: half a second of arithmetic would keep every request waiting. The thread begins with the first lesson. */
export function learningThread(): LearningThread {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let asked = 0;
  const fail = (error: Error): void => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const begun = (): Worker => {
    if (thread !== undefined) return thread;
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./thread-main.${ending}`, import.meta.url));
    worker.unref();
    worker.on('message', (answer: Answered) => {
      const one = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('model' in answer) one?.resolve(answer.model);
      else one?.reject(new Error(answer.failed));
    });
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the learning thread ended')));
    thread = worker;
    return worker;
  };
  return {
    learn: (examples, tenant, from) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        begun().postMessage({ id: asked, examples, tenant, from } satisfies Asked);
      }),
    async stop() {
      await thread?.terminate();
    },
  };
}
