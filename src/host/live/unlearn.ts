import type { Determination } from '../../contracts/determination.ts';
import { unlearnObservation } from '../../detect/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DecisionListener } from '../../ports/listeners.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { WorkStore } from '../../ports/work-store.ts';

/**
 * What a person called a threat is no part of what is usual: the baselines take it out again, whoever was named, for the time of the story. A
 * planted threat teaches them nothing. Said to the work store beside the transaction; should that fail, something harmless was forgotten.
 */
export function unlearning(
  work: Pick<WorkStore, 'commit'>,
  clock: Clock,
  isExercise: (tx: StateTx, determination: Determination) => Promise<boolean>,
): DecisionListener {
  return {
    async determined(tx, determination, { finding }) {
      if (determination.verdict !== 'threat' || (await isExercise(tx, determination))) return;
      const { tenant, entities, firstEventAt, lastEventAt } = finding;
      const what = { tenant, entities, from: firstEventAt, to: lastEventAt };
      work.commit({ observations: [unlearnObservation(what, determination.id, clock.now())] });
    },
  };
}
