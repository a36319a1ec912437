import type { Determination } from '../../contracts/determination.ts';
import type { Canary, Closure } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256, stableId } from '../../kernel/ids.ts';
import { canariesOf } from '../../ports/state/canaries.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Person } from '../person.ts';
import { SYSTEM } from './change.ts';
import { wouldClose } from './class-rules.ts';
import type { AutonomyParts } from './parts.ts';

export interface Planting {
  readonly tenant: string;
  readonly finding: string;
  /** Where the events came from; never what a model was trained on. */
  readonly material: string;
  readonly by: Person;
}

/**
 * Marks a finding made from planted events as a known threat. The ledger holds only a commitment until it is resolved: what a person
 * may read before they decide must not point at it. Throws `FINDING_UNKNOWN` (404), `CANARY_TOO_LATE` and `CANARY_PLANTED` (409).
 */
export async function plant(
  tx: StateTx,
  parts: Pick<AutonomyParts, 'clock' | 'draw'>,
  planting: Planting,
): Promise<Canary> {
  const { tenant, material, by } = planting;
  const stored = await tx.findings.get(tenant, planting.finding, true);
  if (stored === null)
    throw new BridgewatchError('FINDING_UNKNOWN', `no finding "${planting.finding}" in this tenant`, 404);
  const { finding, status, reviews } = stored;
  if (status !== 'open' || reviews > 0) {
    throw new BridgewatchError(
      'CANARY_TOO_LATE',
      `finding "${finding.id}" was decided before; only one that nobody has decided on can be a known threat in the stream`,
      409,
    );
  }
  const canary: Canary = {
    tenant,
    id: stableId('canary', tenant, finding.id),
    finding: finding.id,
    family: finding.family,
    techniques: finding.techniques,
    material,
    state: 'planted',
    plantedBy: { id: by.id, name: by.name },
    plantedAt: parts.clock.now(),
    disposition: null,
    verdict: null,
    resolvedAt: null,
  };
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'canary.planted',
    subject: { kind: 'canary', id: commitment(parts, canary), revision: null },
    payload: { material, commitment: commitment(parts, canary) },
  });
  await canariesOf(tx).plant(canary);
  return canary;
}

/** What is told of a canary before it is resolved: a digest that its resolution opens. */
function commitment({ draw }: Pick<AutonomyParts, 'draw'>, { tenant, finding }: Canary): string {
  return sha256(opening(draw, tenant, finding));
}

function opening(draw: AutonomyParts['draw'], tenant: string, finding: string): string {
  return [draw('canary', tenant, finding, '1'), draw('canary', tenant, finding, '2'), finding].join('|');
}

/** A person determined a finding. Where it was a canary, it is told now, with whether the AI had seen it. */
export async function canaryDetermined(
  tx: StateTx,
  parts: AutonomyParts,
  { tenant, finding, verdict, recommended }: Determination,
): Promise<Canary | null> {
  const canary = await canariesOf(tx).ofFinding(tenant, finding);
  if (canary?.state !== 'planted') return null;
  const missed = recommended === null || wouldClose(recommended);
  return resolve(tx, parts, { ...canary, state: missed ? 'missed' : 'caught', disposition: recommended, verdict });
}

/** A grant closed a finding. True where it was a canary: a missed one. */
export async function canaryClosed(tx: StateTx, parts: AutonomyParts, closure: Closure): Promise<boolean> {
  const canary = await canariesOf(tx).ofFinding(closure.tenant, closure.finding);
  if (canary?.state !== 'planted') return false;
  await resolve(tx, parts, { ...canary, state: 'missed', disposition: closure.disposition, verdict: null });
  return true;
}

async function resolve(tx: StateTx, parts: AutonomyParts, canary: Canary): Promise<Canary> {
  const { tenant, finding, state, disposition, verdict, techniques, material } = canary;
  const resolved: Canary = { ...canary, resolvedAt: parts.clock.now() };
  await tx.ledger.append(tenant, {
    actor: SYSTEM,
    onBehalfOf: canary.plantedBy.id,
    type: `canary.${state}`,
    subject: { kind: 'finding', id: finding, revision: null },
    payload: {
      opens: commitment(parts, canary),
      opening: opening(parts.draw, tenant, finding),
      material,
      techniques,
      disposition,
      verdict,
    },
  });
  await canariesOf(tx).resolve(resolved);
  return resolved;
}

/**
 * How response must treat a finding: `masked` is a canary that nobody determined yet, whose actions may be proposed as for any other and are never
 * carried out; `unmasked` one that was told, whose actions are refused. Customers, incidents, training and outcome figures leave both out.
 */
export async function canaryHold(
  tx: StateTx,
  tenant: string,
  finding: string,
): Promise<'none' | 'masked' | 'unmasked'> {
  const canary = await canariesOf(tx).ofFinding(tenant, finding);
  if (canary === null) return 'none';
  return canary.state === 'planted' ? 'masked' : 'unmasked';
}

/** Planted threats of a tenant, newest first; for whoever plants them. */
export async function canariesIn(tx: StateTx, tenant: string, limit: number): Promise<readonly Canary[]> {
  return canariesOf(tx).all(tenant, limit);
}
