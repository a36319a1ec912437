import { setTimeout as later } from 'node:timers/promises';
import { lakeCrashPoints } from '../../../src/adapters/duckdb/rewrite.ts';
import { workerCrashPoints } from '../../../src/detect/index.ts';
import { logCrashPoints } from './log-faults.ts';
import type { Bench } from './run.ts';
import type { Faults } from './server.ts';

/** Every named crash point in turn, and nothing but the random kills in between. */
const lives: readonly ((visit: number) => Faults)[] = [
  ...workerCrashPoints.map((point) => (visit: number) => ({ worker: { point, visit: visit + 1 } })),
  ...lakeCrashPoints.map((point) => (visit: number) => ({ keeper: { point, visit } })),
  ...logCrashPoints.map((point) => (visit: number) => ({ log: { point, visit: visit * 10 } })),
  () => ({}),
  () => ({}),
];

/** Kills server, workers and keeper until that many have died: at named points of each, and at random times in between. */
export async function killUntil(kills: number, { plane, random }: Bench, progress?: (kills: number) => void) {
  await plane.kill();
  for (let life = 0; plane.kills < kills; life += 1) {
    const faults = lives[life % lives.length]?.(1 + Math.floor(random() * 3)) ?? {};
    await plane.start(faults);
    // Some servers live for a moment only: kills in the middle of a start are among them.
    const end = performance.now() + (random() < 0.2 ? random() * 800 : 2000 + random() * 5000);
    while (plane.isUp && performance.now() < end && plane.kills < kills) {
      await later(random() * 1500);
      const { workers = [], keeper } = plane.state ?? {};
      const pids = keeper === undefined ? workers : [...workers, keeper];
      const pid = pids[Math.floor(random() * pids.length)];
      if (plane.isUp && pid !== undefined && random() < 0.8) killed(pid);
    }
    await plane.kill();
    progress?.(plane.kills);
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had died by itself since it was last heard of.
  }
}
