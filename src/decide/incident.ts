import type { Determination } from '../contracts/determination.ts';
import type { Incident, IncidentClosing } from '../contracts/incident.ts';
import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { StateTx } from '../ports/state-store.ts';
import type { Person } from './person.ts';
import { checkedText } from './verdict-reason.ts';

/** What may stand for a detector where none could have fired. */
const NO_DETECTOR = 'none exists';

/**
 * What a verdict does to the finding's incident: `threat` opens one, or leaves the one that is live; any other withdraws what there
 * was, on record. Ledger first.
 */
export async function followVerdict(
  tx: StateTx,
  clock: Clock,
  determination: Determination,
  listeners: readonly DecisionListener[],
): Promise<void> {
  const { tenant, finding, verdict } = determination;
  if (verdict !== 'threat') return withdraw(tx, clock, determination);
  if ((await tx.review.liveIncident(tenant, finding)) !== null) return;
  for (const listener of listeners) if (await listener.isExercise?.(tx, determination)) return;
  const incident: Incident = {
    id: stableId('incident', tenant, determination.id),
    tenant,
    finding,
    determination: determination.id,
    state: 'open',
    openedAt: determination.at,
    beganAt: determination.activityStartedAt ?? determination.at,
    containedAt: null,
    closedAt: null,
    closedBy: null,
    rootCause: null,
    shouldHaveFired: null,
    withdrawnAt: null,
  };
  const { beganAt } = incident;
  await record(tx, incident, determination.by, 'incident.opened', { determination: determination.id, beganAt });
  await tx.review.openIncident(incident);
}

async function withdraw(tx: StateTx, clock: Clock, { tenant, finding, by, id }: Determination): Promise<void> {
  const live = await tx.review.incidentsOf(tenant, finding);
  const standing = live.filter(({ state }) => state !== 'withdrawn');
  for (const incident of standing) await record(tx, incident, by, 'incident.withdrawn', { determination: id });
  if (standing.length > 0) await tx.review.withdrawIncidents(tenant, finding, clock.now());
}

/** What a person says when an incident is over. */
export interface ClosingRequest {
  readonly tenant: string;
  readonly incident: string;
  readonly rootCause: string;
  /** When it really began, epoch ms. */
  readonly beganAt: number;
  /** Id of the detector that should have fired, or `none exists`. */
  readonly shouldHaveFired: string;
  readonly by: Person;
}

/**
 * Closes an incident with what recall and learning live on: ledger first, in the caller's transaction; the caller has called
 * `demandPerson`. Throws `INCIDENT_UNKNOWN` (404), `INCIDENT_OVER` (409) and `INCIDENT_*` (400).
 */
export async function closeIncident(tx: StateTx, clock: Clock, request: ClosingRequest): Promise<Incident> {
  const { tenant, by, beganAt } = request;
  const incident = await foundIncident(tx, tenant, request.incident, true);
  if (incident.state !== 'open' && incident.state !== 'contained') {
    const who = incident.closedBy === null ? '' : ` by ${incident.closedBy.name}`;
    throw new BridgewatchError(
      'INCIDENT_OVER',
      `incident "${incident.id}" is ${incident.state}${who} already; only an open or contained one can be closed`,
      409,
    );
  }
  const at = clock.now();
  if (beganAt > at) {
    throw new BridgewatchError(
      'INCIDENT_BEGAN_LATER',
      `an incident cannot begin at ${beganAt}, after now (${at}); give epoch milliseconds of when it really began`,
      400,
    );
  }
  const closing: IncidentClosing = {
    rootCause: checkedText('root cause', request.rootCause),
    shouldHaveFired: checkedText(`detector that should have fired (or "${NO_DETECTOR}")`, request.shouldHaveFired),
    beganAt,
    by: { id: by.id, name: by.name },
    at,
  };
  const { rootCause, shouldHaveFired } = closing;
  await record(tx, incident, closing.by, 'incident.closed', { rootCause, shouldHaveFired, beganAt });
  await tx.review.closeIncident(tenant, incident.id, closing);
  return { ...incident, state: 'closed', rootCause, shouldHaveFired, beganAt, closedAt: at, closedBy: closing.by };
}

/** Throws `INCIDENT_UNKNOWN` (404). */
export async function foundIncident(tx: StateTx, tenant: string, id: string, forUpdate = false): Promise<Incident> {
  const incident = await tx.review.incident(tenant, id, forUpdate);
  if (incident !== null) return incident;
  throw new BridgewatchError('INCIDENT_UNKNOWN', `no incident "${id}" in this tenant; ids come from its list`, 404);
}

async function record(tx: StateTx, incident: Incident, by: Person, type: string, payload: object): Promise<void> {
  await tx.ledger.append(incident.tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type,
    subject: { kind: 'incident', id: incident.id, revision: null },
    payload: { finding: incident.finding, by: namedPerson(by), ...payload },
  });
}
