import { stat } from 'node:fs/promises';
import type { LakeFile } from '../../contracts/lake.ts';
import { pathOf } from './durable.ts';
import { type Engine, openEngine } from './engine.ts';
import { overReadable } from './over-readable.ts';

/** Files read at a time. */
const FILES = 200;
/** Events remembered: of more, the latest, whole minutes until they are so many. As many as `RecentIds` surely holds. */
const IDS = 1_000_000;
const MINUTE = 60_000;

/**
 * Tells the ids of events received since `since` (epoch ms) that are in the lake, or of the latest of them: what may be sent again and must
 * not count again. Returns the files that cannot be read: what is in them counts again if it is sent again.
 */
export async function rememberRecent(
  dir: string,
  files: readonly LakeFile[],
  since: number,
  tell: (id: string) => void,
  most = IDS,
): Promise<readonly string[]> {
  const paths: string[] = [];
  const groups: string[][] = [];
  const damaged: string[] = [];
  for (const { name } of files) {
    const path = pathOf(dir, name);
    // A file is written after what is in it was received.
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && written.mtimeMs >= since) paths.push(path);
  }
  for (let at = 0; at < paths.length; at += FILES) groups.push(paths.slice(at, at + FILES));
  const engine = await openEngine({ threads: '1', memory_limit: '256MB' });
  try {
    const from = await latestFrom(engine, groups, since, most);
    for (const group of groups) {
      const unread = await overReadable(group, async (relation) => {
        const result = await engine.connection.stream(`SELECT id FROM ${relation} WHERE received >= epoch_ms(${from})`);
        for (
          let chunk = await result.fetchChunk();
          chunk !== null && chunk.rowCount > 0;
          chunk = await result.fetchChunk()
        ) {
          // Told twice is remembered once.
          for (const id of chunk.getColumnValues(0)) tell(String(id));
        }
      });
      damaged.push(...unread);
    }
    return damaged;
  } finally {
    engine.close();
  }
}

/** The receipt time, not before `since`, after which there are at most about `most` events. */
async function latestFrom(
  engine: Engine,
  groups: readonly (readonly string[])[],
  since: number,
  most: number,
): Promise<number> {
  const minutes = new Map<number, number>();
  for (const group of groups) {
    await overReadable(group, async (relation) => {
      const counted = await engine.connection.runAndReadAll(
        `SELECT epoch_ms(received) // ${MINUTE}, count(*) FROM ${relation} WHERE received >= epoch_ms(${Math.floor(since)}) GROUP BY ALL`,
      );
      for (const [minute, rows] of counted.getRows())
        minutes.set(Number(minute), (minutes.get(Number(minute)) ?? 0) + Number(rows));
    });
  }
  let left = most;
  for (const [minute, rows] of [...minutes].sort((a, b) => b[0] - a[0])) {
    left -= rows;
    // The latest minute always: a flood within it is better known in part than not at all.
    if (left < 0) return Math.max(Math.floor(since), left + rows === most ? minute * MINUTE : (minute + 1) * MINUTE);
  }
  return Math.floor(since);
}
