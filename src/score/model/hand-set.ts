import type { Model } from '../../contracts/model.ts';
import { weights } from '../weights.ts';

/** Edition of the features and of the arithmetic on them: raised with each change of either. */
export const MODEL_CODE = '2';

/** The model that has learned nothing: what the hand-set weights say. Its id is made by whoever stores it. */
export const handSet: Model = {
  id: 'hand-set',
  parent: null,
  code: MODEL_CODE,
  base: weights.base,
  gains: {},
  family: {},
  detector: {},
  here: {},
  trainedOn: { examples: 0, threats: 0, from: null, to: null, digest: '', verdicts: {} },
};
