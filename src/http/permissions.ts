import type { Role } from '../contracts/tenant.ts';
import { decidingRoles } from '../decide/index.ts';

const everyone: readonly Role[] = ['viewer', 'analyst', 'lead', 'administrator'];

/**
 * Who may do what in a tenant. The one table: a route names its row, and the server refuses to start with a route
 * that names none.
 */
export const permissions = {
  'summary.read': everyone,
  'findings.read': everyone,
  /** Raw telemetry behind a finding: whoever may see the claim may check it. */
  'evidence.read': everyone,
  'findings.decide': decidingRoles,
  /** Trust needs sight: a customer reads what was done on their behalf. */
  'ledger.read': everyone,
  /** Reads a whole chain; not for whoever only looks. */
  'ledger.verify': ['analyst', 'lead', 'administrator'],
  'live.read': everyone,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** What a route asks of its caller: nothing, a session, or a permission in the tenant its path names. */
export type Need = 'nothing' | 'session' | Permission;

/** Whether a role holds a permission. */
export function holds(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}
