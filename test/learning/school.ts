import type { Challenger } from '../../src/contracts/learning.ts';
import type { Features } from '../../src/contracts/model.ts';
import { autonomyListeners } from '../../src/decide/index.ts';
import { machineVersions } from '../../src/host/autonomy.ts';
import { Champions, Learner, type LearnModel, scoringInShadow, teaching } from '../../src/learn/index.ts';
import { handSet, learn, tenantSpread, weigh } from '../../src/score/index.ts';
import { type Desk, openDesk } from '../autonomy/desk.ts';
import { automation } from '../http/automation.ts';
import type { ThrowawayStore } from '../store.ts';

/** A desk whose decisions teach, wired as the host wires it; learning itself runs here and not in a thread. */
export interface School extends Desk {
  readonly champions: Champions;
  readonly learner: Learner;
  readonly learn: LearnModel;
  /** A learner as after a restart: knows nothing but the store. */
  restarted(): Learner;
  /** Shows a finding with these features, weighed by the champion. */
  put(id: string, features: Features, host?: string): Promise<string>;
  /** The challenger once all that was decided is learned. */
  challenger(): Promise<Challenger>;
}

export const one = (id: string, terms: Record<string, number> = {}): Features => ({
  detectors: [{ id, family: 'credential-access', weight: 2.8 }],
  terms,
});

export async function openSchool(room: ThrowawayStore): Promise<School> {
  const { store, clock } = room;
  const learnHere: LearnModel = async (examples, tenant, from) =>
    learn(examples, handSet, { spread: tenantSpread, tenant, from });
  const warnings: string[] = [];
  const champions = new Champions(store, clock);
  const desk = await openDesk(room, async (_room, tenant) => {
    await champions.begin(tenant);
    const { isExercise } = autonomyListeners(automation({ store, clock }, [tenant]).parts);
    const teaches = teaching({ isExercise });
    return {
      decision: [teaches],
      finding: [teaches, scoringInShadow(clock)],
      versions: machineVersions([], (of) => champions.of(of)),
    };
  });
  const learner = () =>
    new Learner({ store, clock, tenants: () => [desk.tenant], learn: learnHere, warn: (why) => warnings.push(why) });
  const first = learner();
  return {
    ...desk,
    champions,
    learner: first,
    learn: learnHere,
    restarted: learner,
    put: (id, features, host = 'ws-1') => {
      const model = champions.of(desk.tenant);
      const { probability } = weigh(model, features);
      return desk.show(id, {
        host,
        part: { features, model: model.id, threatProbability: probability, base: model.base },
      });
    },
    async challenger() {
      await first.settled(desk.tenant);
      if (warnings[0] !== undefined) throw new Error(warnings[0]);
      const challenger = await desk.in(({ models }) => models.challenger(desk.tenant));
      if (challenger === null) throw new Error('no challenger');
      return challenger;
    },
    async close() {
      await first.stop();
      await desk.close();
    },
  };
}
