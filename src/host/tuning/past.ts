import type { ReadPast } from '../../contracts/tuning-parts.ts';
import { huntFor, huntLimits, replay } from '../../hunt/index.ts';
import type { LakeQueries } from '../../ports/lake.ts';

const MINUTE = 60_000;

/** Stored events for tuning, as hunts read them: in order of time, a page in memory. */
export function readPast(queries: LakeQueries): ReadPast {
  return (tenant, { from, to, product }) => {
    const limits = { rows: 1, milliseconds: MINUTE, memoryMb: huntLimits.memoryMb };
    const hunt = huntFor({ tenant, from, to, limits }, '', to);
    if (product === undefined) return replay(queries, hunt);
    const { where, parameters, words } = hunt.sql;
    const own = `(${where}) AND (product = $${parameters.length + 1} OR product IS NULL)`;
    return replay(queries, { ...hunt, sql: { ...hunt.sql, where: own, parameters: [...parameters, product], words } });
  };
}
