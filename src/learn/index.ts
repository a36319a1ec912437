/** Learn: what people's verdicts change, always by a person's word. */
export * from './model/index.ts';
export {
  acceptProposal,
  keepProposals,
  LONGEST_DAYS,
  type Speaker as TuningSpeaker,
  withdrawProposal,
} from './tuning/decide.ts';
export { TuningGate } from './tuning/gate.ts';
export { tuningEndsOnThreat } from './tuning/on-threat.ts';
export type { TuningParts } from './tuning/parts.ts';
export { proposeFilters } from './tuning/propose.ts';
