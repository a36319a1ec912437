/** Autonomy that is earned: the record of each class, its grant, what runs under it, and the switch over all of it. */
export { canariesIn, canaryHold, plant } from './canary.ts';
export { findingAutonomy } from './finding-view.ts';
export { signGrant } from './grant.ts';
export { demandLead } from './lead.ts';
export { knownClass, press, setLevel } from './levels.ts';
export { autonomyListeners } from './listeners.ts';
export { approve, openNotice, veto } from './notices.ts';
export type { AutonomyParts, MachineVersions, PlannedAction } from './parts.ts';
export { stepUp } from './ramp.ts';
export { shadowing } from './shadow.ts';
export { inFlight, liftAutomation, scopeOf, standingStops, stopAutomation } from './switch.ts';
export { SwitchWatch } from './switch-watch.ts';
export { tickAutonomy } from './tick.ts';
export { type ClassView, classView } from './view.ts';
