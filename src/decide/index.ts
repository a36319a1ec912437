/** Decide: what people say about findings, on the record. Every road in demands a named person. */
export { type DeterminationRequest, determine, recordDetermination } from './determination.ts';
export { decidingRoles, demandPerson, type Person } from './person.ts';
export { recordReopening, reopen } from './reopening.ts';
