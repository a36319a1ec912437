import { BridgewatchError } from '../../kernel/errors.ts';
import type { TuningParts, TuningSpeaker } from '../../learn/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, actorOf } from '../access.ts';
import type { ServerDeps } from '../deps.ts';
import { readerOf } from '../sight.ts';
import type { TuningSight } from '../views-tuning.ts';

/** What tuning stands on. Throws `TUNING_NOT_HERE` where the server has no rules of its own. */
export function tuningOf({ tuning }: Pick<ServerDeps, 'tuning'>): TuningParts {
  if (tuning !== undefined) return tuning;
  throw new BridgewatchError('TUNING_NOT_HERE', 'this server runs no rules that could be tuned', 503);
}

export function speakerOf(access: Access): TuningSpeaker {
  return { actor: actorOf(access), name: access.person.name };
}

/** What views of a tenant's proposals need, for who reads them. */
export async function sightOf(
  { tuning, clock }: Pick<ServerDeps, 'tuning' | 'clock'>,
  tx: StateTx,
  access: Access,
): Promise<TuningSight> {
  const { id: tenant } = access.tenant;
  const withheld = await tx.review.withheld(tenant, readerOf(access));
  return {
    counts: await tx.tuning.counts(tenant),
    now: clock.now(),
    ruleOf: tuning?.ruleOf,
    // Blind findings have no verdict to tell; those under review have.
    underReview: new Set([...withheld].flatMap(([id, why]) => (why === 'review' ? [id] : []))),
  };
}
