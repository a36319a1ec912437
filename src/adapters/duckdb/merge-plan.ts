import type { LakeFile } from '../../contracts/lake.ts';

/** Files of one level that make a file of the next. Fewer would write the same rows more often, more would leave a question more to open. */
const FAN_IN = 16;
/** Part of the target from which a file is left as it is. */
const FULL = 0.6;

/**
 * Which files are to become one, by partition. Files gather level by level, as in a log-structured merge tree, so that a row of a quiet tenant
 * is not written again with every newcomer; once its hour is over, what is left of it becomes one.
 * @param target raw bytes of a merged file
 * @param openHour the hour from which on workers may still be adding
 */
export function planMerges(
  files: readonly LakeFile[],
  target: number,
  openHour: string,
): readonly (readonly LakeFile[])[] {
  const partitions = new Map<string, LakeFile[]>();
  for (const file of files) {
    // A file that gave up its raw records stays by itself: mixed with others it could not be told that it did.
    if (file.rawBytes === 0 || file.rawBytes >= target * FULL) continue;
    const level = file.hour >= openHour ? String(file.merges) : 'closed';
    const key = `${file.hour}/${file.tenant}/${level}`;
    const found = partitions.get(key);
    if (found === undefined) partitions.set(key, [file]);
    else found.push(file);
  }
  const groups: LakeFile[][] = [];
  for (const [, found] of [...partitions].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    let group: LakeFile[] = [];
    let bytes = 0;
    for (const file of found.toSorted((a, b) => a.minTime - b.minTime || (a.name < b.name ? -1 : 1))) {
      if (group.length > 0 && bytes + file.rawBytes > target) {
        if (group.length > 1) groups.push(group);
        group = [];
        bytes = 0;
      }
      group.push(file);
      bytes += file.rawBytes;
    }
    const isClosed = (found[0]?.hour ?? '') < openHour;
    const isEnough = bytes >= target * FULL || group.length >= FAN_IN;
    if (group.length > 1 && (isClosed || isEnough)) groups.push(group);
  }
  return groups;
}
