/** Decide: what people say about findings, on the record. Every road in demands a named person. */
export * from './autonomy/index.ts';
export { blindness, detectorSeverity } from './blind.ts';
export { determineMany } from './bulk.ts';
export { containment } from './containment.ts';
export { draftsOf } from './context-draft.ts';
export { deadlineOf } from './deadline.ts';
export { type DeterminationRequest, determine, recordDetermination } from './determination.ts';
export { drawFrom } from './draw.ts';
export { closeIncident, foundIncident } from './incident.ts';
export { mergeByPerson } from './merge.ts';
export { type EventsAtHand, openMiss } from './miss.ts';
export { mayAnswer, recordOpinion, taskFor } from './opinion.ts';
export { addShift, changePolicy, recordContext, withdrawContext, withdrawShift } from './organisation.ts';
export { pageOnce } from './page-once.ts';
export { decidingRoles, demandPerson, type Person } from './person.ts';
export { recordReopening, reopen } from './reopening.ts';
export { secondOpinions } from './second.ts';
export { splitByPerson } from './split.ts';
export {
  endWait,
  recordAcknowledgement,
  recordAssignment,
  recordComment,
  recordDisclosure,
  startWait,
} from './work.ts';
