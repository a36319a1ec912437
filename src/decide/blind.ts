import { levels } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';
import type { BlindAssignment, ReviewKind } from '../contracts/review.ts';
import type { Clock } from '../ports/clock.ts';
import type { FindingListener } from '../ports/listeners.ts';
import type { StateTx } from '../ports/state-store.ts';
import { expectedLoss, rulesOnly } from '../score/index.ts';
import type { Draw } from './draw.ts';
import { voidReviews } from './review-task.ts';

/** Whether a class of the family is in shadow, so that its findings are decided blind; under a grant, whether this one is of the share it does not run on. */
export type IsShadowed = (tx: StateTx, tenant: string, family: string, finding: string) => Promise<boolean>;

export interface BlindnessParts {
  readonly clock: Clock;
  readonly draw: Draw;
  readonly isShadowed: IsShadowed;
}

/**
 * Decides, when a finding first becomes visible and in the same transaction, whether people decide on it before the AI's opinion is
 * shown: a random share of all, all that were drawn from below the line, and every finding of a family in shadow. The whole family, because blinding only what the AI would
 * close would tell people what the AI said.
 */
export function blindness({ clock, draw, isShadowed }: BlindnessParts): FindingListener {
  return {
    async opened(tx, { finding }) {
      // What a person opened carries no opinion of the AI to withhold.
      if (finding.openedBy !== undefined) return;
      const { tenant, id, family } = finding;
      const { policy } = await tx.policy.get(tenant);
      const shadowed = await isShadowed(tx, tenant, family, id);
      // Who knows that it comes from below the line, knows what the AI thinks of it.
      const share = shadowed || finding.sampled !== undefined ? 1 : policy.blindShare;
      if (draw('blind', tenant, id) >= share) return;
      const assignment: BlindAssignment = {
        tenant,
        finding: id,
        why: shadowed ? 'shadow' : 'sample',
        share,
        at: clock.now(),
      };
      await tx.ledger.append(tenant, {
        actor: { kind: 'system', id: 'review', version: '' },
        onBehalfOf: null,
        type: 'finding.blinded',
        subject: { kind: 'finding', id, revision: finding.revision },
        payload: { why: assignment.why, share },
      });
      await tx.review.assignBlind(assignment, blindRank(finding));
    },

    async ranked(tx, finding) {
      await tx.review.rankBlind(finding.tenant, finding.id, blindRank(finding));
    },

    async revised(tx, { finding, status }, before) {
      await tx.review.rankBlind(finding.tenant, finding.id, blindRank(finding));
      const reopened = before.status !== 'open' && status === 'open';
      if (reopened) await voidReviews(tx, clock, finding, aboutAVerdict, 'the finding was reopened');
    },
  };
}

/** Kinds of task that are about a verdict which no longer holds once the finding is open again. */
export const aboutAVerdict: readonly ReviewKind[] = ['second', 'adjudication'];

/**
 * Where a blind finding stands in the queue: where its highest detector level alone would put it, with what is at stake. That level is
 * shown as its severity, and whom it is about as well, so that the place tells nothing more.
 */
export function blindRank(finding: Pick<Finding, 'detections' | 'rank'>): number {
  return expectedLoss(rulesOnly(finding.detections), finding.rank);
}

/** The severity that may be shown while the AI's opinion is withheld: its own would be lowered or raised by the probability. */
export function detectorSeverity(finding: Pick<Finding, 'detections'>): Finding['severity'] {
  const highest = Math.max(0, ...finding.detections.map(({ detector }) => levels.indexOf(detector.level)));
  return levels[highest] ?? 'informational';
}
