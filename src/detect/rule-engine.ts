import type { Engine } from '../sigma/index.ts';

/** The parts of the Sigma engine that detection needs. */
export type RuleEngine = Pick<Engine, 'matchAll' | 'matchedFields' | 'correlator'>;
