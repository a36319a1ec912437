import type { Role } from '../contracts/tenant.ts';
import { decidingRoles } from '../decide/index.ts';

const staff: readonly Role[] = ['viewer', 'analyst', 'lead', 'administrator'];
const leads: readonly Role[] = ['lead', 'administrator'];
const administrators: readonly Role[] = ['administrator'];
const withCustomer = (roles: readonly Role[]): readonly Role[] => [...roles, 'customer'];

/**
 * Who may do what in a tenant. The one table: a route names its row, and the server refuses to start with a route
 * that names none. A customer sees its own incidents and what is asked of it, and nothing else.
 */
export const permissions = {
  'summary.read': staff,
  'findings.read': staff,
  /** Raw telemetry behind a finding: whoever may see the claim may check it. */
  'evidence.read': staff,
  'findings.decide': decidingRoles,
  /** Assign, comment, merge, split, open by hand: work on findings that is no verdict. */
  'findings.work': decidingRoles,
  /** Second opinions and blind reviews of what ran under a grant. */
  'reviews.do': decidingRoles,
  /** Where two people disagree. */
  'reviews.adjudicate': leads,
  /** Incidents of the tenant, with who decided and what was done. */
  'incidents.read': withCustomer(staff),
  'incidents.close': decidingRoles,
  'context.read': withCustomer(staff),
  'context.write': withCustomer(decidingRoles),
  'rota.read': staff,
  'rota.write': leads,
  'policy.read': staff,
  'policy.write': leads,
  'actions.read': staff,
  'actions.propose': decidingRoles,
  /** A customer approves what is asked of it, and no other action; the handler looks. */
  'actions.approve': withCustomer(decidingRoles),
  'actions.undo': decidingRoles,
  /** What waits for the customer's word. */
  'requests.read': withCustomer(staff),
  'autonomy.read': staff,
  /** Level, grant, ramp: a named lead's signature. */
  'autonomy.sign': ['lead'],
  /** Demotion and pause: nobody has to ask. */
  'autonomy.demote': decidingRoles,
  'autonomy.notices': decidingRoles,
  'switch.read': staff,
  'switch.stop': decidingRoles,
  'switch.lift': leads,
  /** Known threats put into the stream, and what became of them. */
  'canaries.manage': leads,
  'connectors.read': leads,
  'connectors.write': administrators,
  'sources.read': staff,
  'sources.write': leads,
  /** All raw telemetry of the tenant: whoever decides on findings looks beyond them. */
  'hunts.run': decidingRoles,
  /** Saved hunts, what they found, and what a person concluded. */
  'hunts.write': decidingRoles,
  /** Champion, challenger, versions, how they compare, drift. */
  'models.read': staff,
  /** A version to be asked beside the champion: it changes nothing. */
  'models.freeze': leads,
  /** What scores: a named lead's word, as with grants. */
  'models.promote': ['lead'],
  'tuning.read': staff,
  'tuning.propose': leads,
  /** What is set aside from now on: a lead answers for it. */
  'tuning.accept': leads,
  /** Seeing more again: nobody has to ask. */
  'tuning.withdraw': decidingRoles,
  'members.read': staff,
  'members.write': administrators,
  'playbooks.read': staff,
  /** Trust needs sight: whoever works here reads what was done. */
  'ledger.read': staff,
  /** Reads a whole chain; not for whoever only looks. */
  'ledger.verify': decidingRoles,
  'live.read': staff,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Every permission by name. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]];

/**
 * What a person answers for with their name, or what decides who may: it takes the person, signed in. A token acts as its
 * person and sits in a program's configuration, so that otherwise a program would determine threats, approve actions and
 * sign grants, and the ledger would name someone who never looked.
 */
export const takesThePerson: ReadonlySet<Permission> = new Set([
  'findings.decide',
  'reviews.do',
  'reviews.adjudicate',
  'actions.approve',
  'autonomy.sign',
  'models.promote',
  // A veto window opens when a person has read the notice; a program that reads it would make silence mean yes.
  'autonomy.notices',
  'switch.lift',
  // What no longer reaches a person: a program that accepts filters could hide its own tracks.
  'tuning.accept',
  'members.write',
  'connectors.write',
  // What may send as whom, and what is heard no more: a program that adds and ends sources could blind the watch.
  'sources.write',
]);

/**
 * What a route asks of its caller: nothing; a person, by session or token; a session, which no token is; or a permission in
 * the tenant its path names.
 */
export type Need = 'nothing' | 'person' | 'session' | Permission;

/** Whether a role holds a permission. */
export function holds(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}
