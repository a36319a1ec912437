import { autonomyLevels } from '../../contracts/autonomy.ts';
import type { AutonomyClass, Grant } from '../../contracts/grant.ts';
import { LONGEST_GRANT_MS } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { stableId } from '../../kernel/ids.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { EXPOSURES } from '../../reliability/index.ts';
import type { Person } from '../person.ts';
import { demoteWhereChanged } from './cases.ts';
import { moveClass } from './change.ts';
import { endClosure } from './closure-end.ts';
import { knownClass } from './levels.ts';
import type { AutonomyParts } from './parts.ts';
import { type Dossier, dossierOf } from './readiness.ts';
import { detectorsOf } from './versions.ts';

/** Far more than people leave waiting. */
const MOST_WAITING = 10_000;

export interface Signature {
  readonly tenant: string;
  readonly key: string;
  readonly level: 2 | 3 | 4;
  /** Digest of the record that the lead had before them. */
  readonly seen: string;
  readonly by: Person;
}

/**
 * A named lead signs: the class may now act at a level, on a tenth of its findings, for at most 90 days. The caller has called
 * `demandLead`. The grant is a snapshot of the record it was signed on. Throws `AUTONOMY_CLASS_UNKNOWN` (404), `AUTONOMY_NOT_IN_SHADOW`,
 * `AUTONOMY_RECORD_CHANGED` and `AUTONOMY_NOT_EARNED` (409).
 */
export async function signGrant(tx: StateTx, parts: AutonomyParts, signature: Signature): Promise<Grant> {
  const { tenant, key, level } = signature;
  const by = { id: signature.by.id, name: signature.by.name };
  const each = await knownClass(tx, tenant, key, true);
  if (each.level === 0 || each.level >= level || each.versions === null) {
    const said =
      each.level === 0 ? 'is off; put it into shadow, where its record builds' : `is at level ${each.level} already`;
    throw new BridgewatchError('AUTONOMY_NOT_IN_SHADOW', `class "${key}" ${said}`, 409);
  }
  if (await demoteWhereChanged(tx, parts, tenant, key)) return recordChanged(key);
  const dossier = await dossierOf(tx, parts, each, by.id);
  if (dossier.digest !== signature.seen) return recordChanged(key);
  demandEarned(each, dossier, level);

  const now = parts.clock.now();
  const { figures, counted } = dossier.standing;
  const versions = { ...each.versions, detectors: detectorsOf(counted.map((one) => one.case)) };
  const grant: Grant = {
    tenant,
    id: stableId('grant', tenant, key, String(each.epoch), String(level), String(now)),
    key,
    epoch: each.epoch,
    level,
    impact: each.impact,
    reversible: each.reversible,
    versions,
    coverage: dossier.coverage,
    figures,
    requirements: [...dossier.requirements],
    signedBy: by,
    signedAt: now,
    expiresAt: now + LONGEST_GRANT_MS,
    endedAt: null,
    endedWhy: null,
  };
  const after: AutonomyClass = { ...each, level, grant: grant.id, versions, cusum: 0, updatedAt: now };
  const said = `Signed for level ${level}, ${autonomyLevels[level]}: ${figures.cases} cases, ${figures.errors} errors`;
  if (each.grant !== null) await replaceGrant(tx, each, now, said);
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'autonomy.granted',
    subject: { kind: 'autonomy_grant', id: grant.id, revision: null },
    payload: { ...grant, signedBy: by.id, seen: signature.seen },
  });
  await tx.autonomy.addGrant(grant);
  await tx.autonomy.addStep({ tenant, grant: grant.id, exposure: EXPOSURES[0], since: now, by });
  await moveClass(tx, each.level, after, { cause: 'granted', said, by });
  return grant;
}

/** A higher level is a grant of its own; the class stands in shadow for the moment between the two, and what waited for a word lapses. */
async function replaceGrant(tx: StateTx, each: AutonomyClass, now: number, why: string): Promise<void> {
  if (each.grant === null) return;
  await tx.autonomy.putClass({ ...each, level: 1, grant: null });
  await tx.autonomy.endGrant(each.tenant, each.grant, now, why);
  const waiting = await tx.autonomy.closures(each.tenant, { grant: each.grant, state: 'waiting' }, MOST_WAITING);
  for (const closure of waiting) await endClosure(tx, closure, 'lapsed', { why, by: null, at: now });
}

function demandEarned(each: AutonomyClass, { open, requirements }: Dossier, level: 2 | 3 | 4): void {
  if (open.includes(level)) return;
  const missing = requirements.filter(({ met }) => !met).map(({ said }) => said);
  const said =
    level > 2 && (each.impact !== 'low' || !each.reversible)
      ? 'what it does is of high impact or cannot be undone, and never passes level 2'
      : missing.join(' ');
  throw new BridgewatchError('AUTONOMY_NOT_EARNED', `class "${each.key}" has not earned level ${level}: ${said}`, 409);
}

function recordChanged(key: string): never {
  throw new BridgewatchError(
    'AUTONOMY_RECORD_CHANGED',
    `the record of class "${key}" is not the one you saw; read it again before you sign`,
    409,
  );
}
