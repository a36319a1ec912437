import type { StateTx } from '../../ports/state-store.ts';
import type { Draw } from '../draw.ts';

/** The same number for a finding under every class of its family, so that a finding is exposed to all of them or to none. */
export function exposureDraw(draw: Draw, tenant: string, finding: string): number {
  return draw('exposure', tenant, finding);
}

/** Share of the class's findings that its grant runs on now. */
export async function exposureOf(tx: StateTx, tenant: string, grant: string): Promise<number> {
  return (await tx.autonomy.steps(tenant, grant)).at(-1)?.exposure ?? 0;
}

/**
 * Whether people decide a finding of a family before the AI's opinion is shown: all of a family with a class in shadow, and where a class
 * has a grant the share that it does not run on. There the other classes of the family take their record from that share.
 */
export function shadowing(
  draw: Draw,
): (tx: StateTx, tenant: string, family: string, finding: string) => Promise<boolean> {
  return async (tx, tenant, family, finding) => {
    const classes = (await tx.autonomy.classes(tenant)).filter((each) => each.family === family && each.level > 0);
    const exposures: number[] = [];
    for (const { grant } of classes) if (grant !== null) exposures.push(await exposureOf(tx, tenant, grant));
    if (exposures.length === 0) return classes.length > 0;
    return exposureDraw(draw, tenant, finding) >= Math.max(...exposures);
  };
}
