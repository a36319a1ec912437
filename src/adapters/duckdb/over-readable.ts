import { literal } from './engine.ts';

/**
 * Does `work` over the rows of Parquet files, and where some of them cannot be read, over the others: one damaged file must not keep a
 * worker from starting. `work` is given the files as a relation; what it did of a part that failed it must not have kept.
 * @returns the files that cannot be read
 */
export async function overReadable(
  paths: readonly string[],
  work: (relation: string) => Promise<void>,
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    await work(`read_parquet([${paths.map(literal).join(', ')}], hive_partitioning = false)`);
    return [];
  } catch {
    if (paths.length === 1) return paths;
    const middle = paths.length >> 1;
    return [...(await overReadable(paths.slice(0, middle), work)), ...(await overReadable(paths.slice(middle), work))];
  }
}
