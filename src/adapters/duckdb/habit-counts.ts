import type { LakeFile } from '../../contracts/lake.ts';
import { pathOf } from './durable.ts';
import { literal, openEngine } from './engine.ts';
import { overReadable } from './over-readable.ts';

/** Files read at a time. */
const FILES = 100;

/** What is counted: kind, the thing, the place it was seen at, and for which rows. Kinds are those of the habits in memory. */
const pairs: readonly (readonly [kind: string, thing: string, place: string, where: string])[] = [
  ['image', 'process_name', 'host', "kind = 'process_start'"],
  ['lineage', "parent_name || '>' || process_name", 'host', "kind = 'process_start'"],
  ['call', 'action', 'principal', 'true'],
  ['address', 'remote_address', 'host', "kind = 'network'"],
  ['own-address', 'source_address', 'host', "kind = 'network'"],
  [
    'caller',
    'source_address',
    'coalesce(principal, CASE WHEN host IS NULL THEN "user" END)',
    "outcome IS DISTINCT FROM 'failure'",
  ],
  ['host-user', 'host', '"user"', 'true'],
  ['host', "''", 'host', 'true'],
];

const counted = pairs
  .map(
    ([kind, thing, place, where]) =>
      `SELECT ${literal(kind)} AS kind, ${thing} AS thing, ${place} AS place, count(*)::INTEGER AS times FROM rows WHERE ${where} GROUP BY ALL`,
  )
  .join(' UNION ALL ');

/** Tells how often each thing was seen at each place in the files given; of those that cannot be read, nothing. */
export async function countHabits(
  dir: string,
  files: readonly LakeFile[],
  tell: (kind: string, thing: string, place: string, times: number) => void,
): Promise<void> {
  if (files.length === 0) return;
  const engine = await openEngine({ threads: '1', memory_limit: '256MB' });
  try {
    for (let at = 0; at < files.length; at += FILES) {
      const paths = files.slice(at, at + FILES).map(({ name }) => pathOf(dir, name));
      await overReadable(paths, async (relation) => {
        const rows = await engine.connection.runAndReadAll(
          `WITH rows AS (SELECT * FROM ${relation}) SELECT * FROM (${counted}) WHERE thing IS NOT NULL AND place IS NOT NULL`,
        );
        for (const [kind, thing, place, times] of rows.getRows())
          tell(String(kind), String(thing), String(place), Number(times));
      });
    }
  } finally {
    engine.close();
  }
}
