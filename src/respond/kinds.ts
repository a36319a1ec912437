import type { Impact } from '../contracts/action.ts';
import type { EntityKind } from '../contracts/entity.ts';
import { BridgewatchError } from '../kernel/errors.ts';

/** A technique of MITRE D3FEND, https://d3fend.mitre.org/technique/d3f:<iri>/. */
export interface Countermeasure {
  readonly id: string;
  readonly name: string;
  readonly iri: string;
}

export interface ActionKind {
  readonly title: string;
  readonly targets: readonly EntityKind[];
  /** Before context is looked at: a crown jewel raises it. */
  readonly impact: Impact;
  /** Whether there can be an undo; a connector that has none makes it irreversible all the same. */
  readonly reversible: boolean;
  /** Counts as containment: it takes something out of the attacker's hands. */
  readonly contains: boolean;
  /** Null where D3FEND has no technique for it: telling people and collecting evidence are none. */
  readonly d3fend: Countermeasure | null;
}

const accountLocking = { id: 'D3-AL', name: 'Account Locking', iri: 'AccountLocking' };
const sessionTermination = { id: 'D3-ST', name: 'Session Termination', iri: 'SessionTermination' };
const reissueCredential = { id: 'D3-RIC', name: 'Reissue Credential', iri: 'ReissueCredential' };
const networkIsolation = { id: 'D3-NI', name: 'Network Isolation', iri: 'NetworkIsolation' };
const trafficFiltering = { id: 'D3-NTF', name: 'Network Traffic Filtering', iri: 'NetworkTrafficFiltering' };
/** D3FEND's Credential Revocation (D3-CR) deletes for good; a key that is deactivated can be activated again. */
const credentialEviction = { id: 'D3-CE', name: 'Credential Eviction', iri: 'CredentialEviction' };
const accountPermissions = { id: 'D3-UAP', name: 'User Account Permissions', iri: 'UserAccountPermissions' };
const contentQuarantine = { id: 'D3-CQ', name: 'Content Quarantine', iri: 'ContentQuarantine' };

const everything: readonly EntityKind[] = [
  'host',
  'user',
  'process',
  'file',
  'address',
  'domain',
  'cloud_principal',
  'cloud_resource',
];

/** Every kind of action there is. Connectors say which they carry out; playbooks name them. */
export const actionKinds = {
  disable_account: {
    title: 'Disable account',
    targets: ['user'],
    impact: 'high',
    reversible: true,
    contains: true,
    d3fend: accountLocking,
  },
  revoke_sessions: {
    title: 'End sessions',
    targets: ['user', 'cloud_principal'],
    impact: 'medium',
    reversible: true,
    contains: true,
    d3fend: sessionTermination,
  },
  reset_password: {
    title: 'Reset password',
    targets: ['user'],
    impact: 'high',
    reversible: false,
    contains: true,
    d3fend: reissueCredential,
  },
  isolate_host: {
    title: 'Isolate host',
    targets: ['host'],
    impact: 'high',
    reversible: true,
    contains: true,
    d3fend: networkIsolation,
  },
  block_address: {
    title: 'Block address',
    targets: ['address'],
    impact: 'low',
    reversible: true,
    contains: true,
    d3fend: trafficFiltering,
  },
  deactivate_access_key: {
    title: 'Deactivate access keys',
    targets: ['cloud_principal'],
    impact: 'high',
    reversible: true,
    contains: true,
    d3fend: credentialEviction,
  },
  quarantine_principal: {
    title: 'Quarantine principal',
    targets: ['cloud_principal'],
    impact: 'high',
    reversible: true,
    contains: true,
    d3fend: accountPermissions,
  },
  quarantine_file: {
    title: 'Quarantine file',
    targets: ['file', 'host'],
    impact: 'low',
    reversible: true,
    contains: true,
    d3fend: contentQuarantine,
  },
  collect_memory: {
    title: 'Collect memory',
    targets: ['host'],
    impact: 'low',
    reversible: false,
    contains: false,
    d3fend: null,
  },
  notify_owner: {
    title: 'Notify owner',
    targets: everything,
    impact: 'low',
    reversible: false,
    contains: false,
    d3fend: null,
  },
  open_ticket: {
    title: 'Open ticket',
    targets: everything,
    impact: 'low',
    reversible: false,
    contains: false,
    d3fend: null,
  },
  call_http: {
    title: 'Call an HTTP service',
    targets: everything,
    impact: 'medium',
    reversible: false,
    contains: false,
    d3fend: null,
  },
} as const satisfies Record<string, ActionKind>;

/** The kind by its name. Throws `ACTION_KIND_UNKNOWN` (400). */
export function actionKind(kind: string): ActionKind {
  const found = kindOrUndefined(kind);
  if (found !== undefined) return found;
  throw new BridgewatchError(
    'ACTION_KIND_UNKNOWN',
    `there is no action "${kind}"; there are ${Object.keys(actionKinds).join(', ')}`,
    400,
  );
}

/** As `actionKind`, without an opinion on names that are none. */
export function kindOrUndefined(kind: string): ActionKind | undefined {
  return Object.hasOwn(actionKinds, kind) ? actionKinds[kind as keyof typeof actionKinds] : undefined;
}
