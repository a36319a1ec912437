import { stat } from 'node:fs/promises';
import type { LakeFile } from '../../contracts/lake.ts';
import { pathOf } from './durable.ts';
import { literal, openEngine } from './engine.ts';

/** Files read at a time. */
const FILES = 200;
/** Events remembered at most: of more, the latest. */
const IDS = 2_000_000;

/** Tells the ids of events received since `since` (epoch ms) that are in the lake: what may be sent again and must not count again. */
export async function rememberRecent(
  dir: string,
  files: readonly LakeFile[],
  since: number,
  tell: (id: string) => void,
): Promise<void> {
  const paths: string[] = [];
  for (const { name } of files) {
    const path = pathOf(dir, name);
    // A file is written after what is in it was received.
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && written.mtimeMs >= since) paths.push(path);
  }
  const engine = await openEngine({ threads: '1', memory_limit: '256MB' });
  try {
    let left = IDS;
    for (let at = 0; at < paths.length && left > 0; at += FILES) {
      const list = paths
        .slice(at, at + FILES)
        .map(literal)
        .join(', ');
      const result = await engine.connection.stream(
        `SELECT id FROM read_parquet([${list}], hive_partitioning = false) WHERE received >= epoch_ms(${Math.floor(since)})`,
      );
      for (
        let chunk = await result.fetchChunk();
        chunk !== null && chunk.rowCount > 0;
        chunk = await result.fetchChunk()
      ) {
        for (const id of chunk.getColumnValues(0)) tell(String(id));
        left -= chunk.rowCount;
        if (left <= 0) break;
      }
    }
  } finally {
    engine.close();
  }
}
