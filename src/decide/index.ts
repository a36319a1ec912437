/** Decide: what people say about findings, on the record. Every road in demands a named person. */
export * from './autonomy/index.ts';
export { blindness, detectorSeverity, type IsShadowed } from './blind.ts';
export { deadlineOf } from './deadline.ts';
export { type DeterminationRequest, determine, recordDetermination } from './determination.ts';
export { type Draw, drawFrom } from './draw.ts';
export { closeIncident, foundIncident } from './incident.ts';
export { mayAnswer, recordOpinion, taskFor } from './opinion.ts';
export { decidingRoles, demandPerson, type Person } from './person.ts';
export { recordReopening, reopen } from './reopening.ts';
export { secondOpinions } from './second.ts';
