import { writeFileSync } from 'node:fs';
import { answer, type Question } from './question.ts';

/**
 * A process that answers questions, one at a time, for `QuestionProcesses`. Where the machine runs out of memory, it is the one to go: not
 * the server that takes telemetry in.
 */
try {
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Another system, or one that does not let us: DuckDB's own limit remains.
}

let stop: () => void = () => undefined;
let isStopped = false;

process.on('message', (message: Question | 'stop') => {
  if (message === 'stop') {
    isStopped = true;
    stop();
    return;
  }
  isStopped = false;
  void answer(message, (how) => {
    stop = how;
    if (isStopped) how();
  }).then((answered) => {
    stop = () => undefined;
    process.send?.(answered);
  });
});
process.on('disconnect', () => process.exit(0));
