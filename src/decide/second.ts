import { stableId } from '../kernel/ids.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { Draw } from './draw.ts';
import { askForReview } from './review-task.ts';

const DAY = 86_400_000;
/** A second opinion later than a week tells about a person who has long forgotten. */
const SECOND_WITHIN = 7 * DAY;

/**
 * Asks for a second opinion on a random share of determinations (the tenant's `secondShare`), blind, from somebody else. Drawn by
 * HMAC over the determination's id: nobody can foresee which.
 */
export function secondOpinions(draw: Draw): DecisionListener {
  return {
    async determined(tx, { tenant, id, finding, revision, verdict, by, at }) {
      const { policy } = await tx.policy.get(tenant);
      const share = policy.secondShare;
      if (draw('second', tenant, id) >= share) return;
      await askForReview(tx, {
        id: stableId('review', tenant, 'second', id),
        tenant,
        finding,
        revision,
        kind: 'second',
        share,
        against: verdict,
        excludes: [by.id],
        createdAt: at,
        dueAt: at + SECOND_WITHIN,
      });
    },
  };
}
