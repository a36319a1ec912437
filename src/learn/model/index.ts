export { Comparison, compare, unknownModel } from './compare.ts';
export { Drift, driftOf } from './drift/drift.ts';
export { freeze } from './freeze.ts';
export { Champions, versionId } from './identity.ts';
export { Learner, type LearnModel } from './learner.ts';
export { demandModelLead, goBack, promote } from './promote.ts';
export { askedVersions, shadowing as scoringInShadow } from './shadow.ts';
export { teaching } from './teach.ts';
