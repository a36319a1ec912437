import type { SwitchScope } from '../../contracts/autonomy.ts';
import type { AutomationStop, By, Closure } from '../../contracts/grant.ts';
import { SYSTEM_TENANT } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { stableId } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import { knownClass } from './levels.ts';
import type { AutonomyParts } from './parts.ts';

export interface Stopping {
  readonly scope: SwitchScope;
  readonly via: AutomationStop['via'];
  /** The tenant whose session stopped everything; null from the machine. */
  readonly viaTenant: string | null;
  readonly why: string;
  readonly by: By;
}

/** The tenant whose chain and rows a scope belongs to. */
function homeOf(scope: SwitchScope): string {
  return scope.stops === 'everything' ? SYSTEM_TENANT : scope.tenant;
}

/**
 * Stops automation, ledger first. Whoever looks after the commit acts no more; who looked just before looks again before their own. Stops
 * of the same scope by several people all stand. Throws `STATE_UNKNOWN_TENANT` and `AUTONOMY_CLASS_UNKNOWN` (404): what stops nothing must not look
 * as if it did.
 */
export async function stopAutomation(
  store: StateStore,
  clock: Clock,
  { scope, via, viaTenant, why, by }: Stopping,
): Promise<AutomationStop> {
  const tenant = homeOf(scope);
  const classKey = scope.stops === 'class' ? scope.classKey : null;
  return store.withTenants([tenant], async (tx) => {
    if (classKey !== null) await knownClass(tx, tenant, classKey);
    const at = clock.now();
    const before = await tx.autonomy.stops(tenant, 1);
    const id = stableId('stop', tenant, scope.stops, classKey ?? '', String(at), by.id, before[0]?.id ?? '');
    const stop: AutomationStop = {
      tenant,
      id,
      scope: scope.stops,
      classKey,
      via,
      viaTenant,
      why,
      by: { id: by.id, name: by.name },
      at,
      liftedAt: null,
      liftedBy: null,
    };
    await tx.ledger.append(tenant, {
      actor: via === 'console' ? { kind: 'human', id: by.id, version: '' } : { kind: 'system', id: via, version: '' },
      onBehalfOf: null,
      type: 'automation.stopped',
      subject: { kind: 'switch', id, revision: null },
      payload: { scope: scope.stops, classKey, via, viaTenant, why, by: by.id },
    });
    await tx.autonomy.addStop(stop);
    return stop;
  });
}

export interface Lifting {
  readonly scope: SwitchScope;
  /** From a tenant's session only what that session could have stopped is lifted; null from the machine lifts whatever stands. */
  readonly viaTenant: string | null;
  readonly why: string;
  readonly by: By;
  /** Scopes that the file on disk stops: as long as it is there, nothing of them is lifted. */
  readonly held: readonly SwitchScope[];
}

/**
 * A named person lifts the stops of one scope; those of others stand. Throws `SWITCH_NOT_STOPPED` (404), `SWITCH_NEEDS_PERSON` (403), `SWITCH_FILE_THERE`
 * and `SWITCH_STOPPED_ELSEWHERE` (409).
 */
export async function liftAutomation(
  store: StateStore,
  clock: Clock,
  { scope, viaTenant, why, by, held }: Lifting,
): Promise<readonly AutomationStop[]> {
  const tenant = homeOf(scope);
  await demandLifter(store, scope, by);
  if (held.some((one) => sameScope(one, scope))) {
    throw new BridgewatchError(
      'SWITCH_FILE_THERE',
      `the file STOP in the data folder stops ${said(scope)}; remove it first, then lift`,
      409,
    );
  }
  return store.withTenants([tenant], async (tx) => {
    const standing = (await tx.autonomy.standing()).filter(
      (stop) => stop.tenant === tenant && sameScope(scopeOf(stop), scope),
    );
    const mine = standing.filter(
      (stop) => stop.scope !== 'everything' || viaTenant === null || stop.viaTenant === viaTenant,
    );
    if (mine.length === 0) throw notLiftable(scope, standing);
    const at = clock.now();
    for (const stop of mine) {
      await tx.ledger.append(tenant, {
        actor: { kind: 'human', id: by.id, version: '' },
        onBehalfOf: null,
        type: 'automation.lifted',
        subject: { kind: 'switch', id: stop.id, revision: null },
        payload: { scope: stop.scope, classKey: stop.classKey, why },
      });
      await tx.autonomy.liftStop(tenant, stop.id, by, at);
    }
    return mine.map((stop) => ({ ...stop, liftedAt: at, liftedBy: { id: by.id, name: by.name } }));
  });
}

/** Lifting is a lead's or an administrator's, of the tenant or, for everything, of any. */
async function demandLifter(store: StateStore, scope: SwitchScope, by: By): Promise<void> {
  const own = await store.memberships(by.id);
  const may = own.some(
    ({ tenant, role }) =>
      (role === 'lead' || role === 'administrator') && (scope.stops === 'everything' || tenant.id === scope.tenant),
  );
  if (may && by.name.trim() !== '') return;
  throw new BridgewatchError(
    'SWITCH_NEEDS_PERSON',
    `account "${by.id}" may not lift the stop of ${said(scope)}; a named lead or administrator may`,
    403,
  );
}

function notLiftable(scope: SwitchScope, standing: readonly AutomationStop[]): BridgewatchError {
  if (standing.length === 0)
    return new BridgewatchError(
      'SWITCH_NOT_STOPPED',
      `${said(scope)} is not stopped; what stands is in the switch's state`,
      404,
    );
  return new BridgewatchError(
    'SWITCH_STOPPED_ELSEWHERE',
    `${said(scope)} was stopped at the machine or from another tenant; lift it there: bridgewatch lift --by <email>`,
    409,
  );
}

/** What one stop stops. */
export function scopeOf({ tenant, scope, classKey }: AutomationStop): SwitchScope {
  if (scope === 'everything') return { stops: 'everything' };
  return scope === 'class' ? { stops: 'class', tenant, classKey: classKey ?? '' } : { stops: 'tenant', tenant };
}

export function sameScope(a: SwitchScope, b: SwitchScope): boolean {
  if (a.stops === 'everything' || b.stops === 'everything') return a.stops === b.stops;
  if (a.tenant !== b.tenant) return false;
  return a.stops === 'class' ? b.stops === 'class' && a.classKey === b.classKey : b.stops === 'tenant';
}

/** Whether a scope covers a class. */
export function covers(scope: SwitchScope, tenant: string, key: string): boolean {
  if (scope.stops === 'everything') return true;
  return scope.tenant === tenant && (scope.stops === 'tenant' || scope.classKey === key);
}

function said(scope: SwitchScope): string {
  if (scope.stops === 'everything') return 'everything';
  return scope.stops === 'tenant'
    ? `tenant "${scope.tenant}"`
    : `class "${scope.classKey}" of tenant "${scope.tenant}"`;
}

/** Everything that stands for these tenants, stops of everything among it. For whoever keeps watch; not for one tenant's view. */
export function standingStops(store: StateStore, tenants: readonly string[]): Promise<readonly AutomationStop[]> {
  return store.withTenants([SYSTEM_TENANT, ...tenants], (tx) => tx.autonomy.standing());
}

const MOST_IN_FLIGHT = 1000;

export interface InFlight {
  readonly closures: readonly Closure[];
  readonly actions: readonly { readonly id: string; readonly said: string }[];
}

/** What was begun under grants and is not at its end: it stays where it is while a stop stands. */
export async function inFlight(
  tx: StateTx,
  parts: Pick<AutonomyParts, 'actionsUnderGrants'>,
  tenant: string,
): Promise<InFlight> {
  return {
    closures: await tx.autonomy.closures(tenant, { state: 'waiting' }, MOST_IN_FLIGHT),
    actions: await parts.actionsUnderGrants(tx, tenant),
  };
}
