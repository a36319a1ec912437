import { lakeColumns } from '../../contracts/lake.ts';
import { looseWordPattern, wordPattern } from '../../contracts/words.ts';
import { type Engine, literal, openEngine } from './engine.ts';

/** Everything a question may see, as its process is told. */
export interface Scope {
  readonly tenant: string;
  /** Paths of files that are read whole. */
  readonly whole: readonly string[];
  /** Paths of files of which only `blocks` can hold what is asked for. */
  readonly indexed: readonly string[];
  readonly blocks: readonly number[];
  readonly from: number | null;
  readonly to: number | null;
  readonly words: readonly string[];
  readonly memoryMb: number;
  readonly threads: number;
}

/**
 * A DuckDB that knows one view, `events`, over exactly these files, and can no longer be told otherwise: it opens no other path, reaches no
 * network, loads no extension, writes nothing (so what does not fit in its memory fails), and keeps its settings.
 */
export async function openSession(scope: Scope): Promise<Engine> {
  const engine = await openEngine({
    threads: String(scope.threads),
    memory_limit: `${scope.memoryMb}MB`,
    temp_directory: '',
    preserve_insertion_order: 'false',
  });
  const { connection } = engine;
  try {
    const paths = [...scope.whole, ...scope.indexed];
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(`CREATE VIEW events AS ${view(scope)}`);
    await connection.run(`SET allowed_paths = [${paths.map(literal).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return engine;
  } catch (error) {
    engine.close();
    throw error;
  }
}

const columns = lakeColumns.map(([name]) => `"${name}"`).join(', ');
const nothing = [...lakeColumns, ['tenant', 'VARCHAR'], ['hour', 'VARCHAR']]
  .map(([name, type]) => `NULL::${type} AS "${name}"`)
  .join(', ');

function view({ whole, indexed, blocks, from, to, words }: Scope): string {
  // The first look is fast and lets a few through that the second refuses; CASE keeps them in this order.
  const conditions = words.map(
    (word) =>
      `CASE WHEN regexp_matches(raw, ${literal(looseWordPattern(word))}) THEN regexp_matches(raw, ${literal(wordPattern(word))}) ELSE false END`,
  );
  if (from !== null) conditions.push(`time >= make_timestamp_ms(${Math.trunc(from)})::TIMESTAMP_MS`);
  if (to !== null) conditions.push(`time <= make_timestamp_ms(${Math.trunc(to)})::TIMESTAMP_MS`);
  const parts: string[] = [];
  if (whole.length > 0) parts.push(select(whole, conditions));
  if (indexed.length > 0 && blocks.length > 0) {
    parts.push(select(indexed, [`block IN (${blocks.map(Math.trunc).join(', ')})`, ...conditions]));
  }
  return parts.length === 0 ? `SELECT ${nothing} WHERE false` : parts.join(' UNION ALL ');
}

function select(paths: readonly string[], conditions: readonly string[]): string {
  const source = `read_parquet([${paths.map(literal).join(', ')}], hive_partitioning=true, hive_types={'tenant': VARCHAR, 'hour': VARCHAR})`;
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns}, tenant, hour FROM ${source}${where}`;
}
