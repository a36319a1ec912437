import type { Finding } from '../../src/contracts/finding.ts';
import type { ModelDeps } from '../../src/http/deps.ts';
import { Champions, Learner, type LearnModel, scoringInShadow, teaching } from '../../src/learn/index.ts';
import type { DecisionListener } from '../../src/ports/listeners.ts';
import { handSet, learn, tenantSpread, weigh } from '../../src/score/index.ts';
import { findingLike, show } from './finding.ts';
import { type House, openHouse } from './house.ts';

/** A house whose decisions teach. */
export interface Classroom {
  readonly house: House;
  readonly champions: Champions;
  readonly learner: Learner;
  /** Shows a finding with one detector, weighed by the champion. */
  put(id: string, detector: string, changes?: Partial<Finding>): Promise<void>;
  close(): Promise<void>;
}

export async function openClassroom(options: Parameters<typeof openHouse>[0] = {}): Promise<Classroom> {
  const learnHere: LearnModel = async (examples, tenant, from) =>
    learn(examples, handSet, { spread: tenantSpread, tenant, from });
  let champions: Champions | undefined;
  const teaches: DecisionListener = teaching({ isExercise: async () => false });
  const models: ModelDeps = {
    learn: learnHere,
    line: 0.04,
    promoted: async (tenant) => champions?.refresh(tenant),
  };
  const house = await openHouse({ models, decisionListeners: [teaches], ...options });
  const clock = { now: () => Date.UTC(2026, 0, 5, 8) };
  const begun = new Champions(house.store, clock);
  champions = begun;
  for (const tenant of ['acme', 'bolt']) await begun.begin(tenant);
  const warn = (message: string): void => {
    throw new Error(message);
  };
  const learner = new Learner({ store: house.store, clock, tenants: () => ['acme', 'bolt'], learn: learnHere, warn });
  learner.start();
  return {
    house,
    champions: begun,
    learner,
    async put(id, detector, changes = {}) {
      const features = { detectors: [{ id: detector, family: 'credential-access', weight: 2.8 }], terms: {} };
      const model = begun.of('acme');
      const { probability, detectors } = weigh(model, features);
      const reasons = detectors.map(({ logOdds }) => ({
        term: 'detector',
        text: 'LSASS opened',
        logOdds,
        evidence: ['e1'],
      }));
      const weighed = { features, model: model.id, base: model.base, reasons, threatProbability: probability };
      const given = { ...weighed, ...changes };
      const finding = findingLike({ id, tenant: 'acme', ...given });
      await show(house.store, finding);
      await house.store.withTenants(['acme'], async (tx) => {
        const stored = await tx.findings.get('acme', id);
        if (stored !== null) await scoringInShadow(clock).opened(tx, stored);
      });
    },
    async close() {
      await learner.stop();
      await house.close();
    },
  };
}
