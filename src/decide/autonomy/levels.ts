import { type ClassSubject, classKey } from '../../contracts/autonomy.ts';
import type { AutonomyClass } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Person } from '../person.ts';
import { moveClass } from './change.ts';
import { demote } from './demote.ts';
import type { AutonomyParts } from './parts.ts';

export interface LevelRequest {
  readonly tenant: string;
  readonly family: string;
  readonly subject: ClassSubject;
  /** 0 off, 1 shadow. Higher ones are granted, not set. */
  readonly level: 0 | 1;
  readonly by: Person;
}

/**
 * Puts a class into shadow, where its record begins anew, or off. The caller has called `demandLead`. From a granted level it is demoted
 * first. Throws `AUTONOMY_KIND_UNKNOWN` (400).
 */
export async function setLevel(tx: StateTx, parts: AutonomyParts, request: LevelRequest): Promise<AutonomyClass> {
  const { tenant, family, subject, level } = request;
  const key = classKey(family, subject);
  const by = { id: request.by.id, name: request.by.name };
  const known = await tx.autonomy.class(tenant, key);
  if (known !== null && known.level >= 2) {
    await demote(tx, parts, tenant, key, { cause: 'lowered', said: 'Its grant was taken back', by });
  }
  const before = (await tx.autonomy.class(tenant, key, true)) ?? fresh(parts, request, key);
  if (before.level === level) return before;
  const now = parts.clock.now();
  const after: AutonomyClass = {
    ...before,
    level,
    updatedAt: now,
    ...(level === 0
      ? {}
      : {
          epoch: known === null ? 1 : before.epoch + 1,
          epochSince: now,
          versions: { ...parts.versions(family, request.tenant), detectors: {} },
        }),
  };
  const said = level === 0 ? 'Switched off' : 'Put into shadow: its record begins';
  await moveClass(tx, before.level, after, { cause: level === 0 ? 'lowered' : 'raised', said, by });
  return after;
}

function fresh(parts: AutonomyParts, { tenant, family, subject }: LevelRequest, key: string): AutonomyClass {
  const worst =
    subject.does === 'close' ? { impact: 'low' as const, reversible: true } : parts.actionKind(subject.kind);
  if (worst === null) {
    const kind = subject.does === 'act' ? subject.kind : '';
    throw new BridgewatchError(
      'AUTONOMY_KIND_UNKNOWN',
      `there is no action kind "${kind}"; take one from the playbooks`,
      400,
    );
  }
  const now = parts.clock.now();
  return {
    tenant,
    key,
    family,
    subject,
    level: 0,
    ...worst,
    epoch: 1,
    epochSince: now,
    versions: null,
    grant: null,
    cusum: 0,
    updatedAt: now,
  };
}

/** A class by its key, locked where asked. Throws `AUTONOMY_CLASS_UNKNOWN` (404). */
export async function knownClass(tx: StateTx, tenant: string, key: string, forUpdate = false): Promise<AutonomyClass> {
  const each = await tx.autonomy.class(tenant, key, forUpdate);
  if (each !== null) return each;
  throw new BridgewatchError(
    'AUTONOMY_CLASS_UNKNOWN',
    `no class "${key}" in this tenant; a lead puts one into shadow first`,
    404,
  );
}

/** Any person who decides takes a class back to shadow, and need not say why. False where it had no grant. */
export async function press(
  tx: StateTx,
  parts: AutonomyParts,
  tenant: string,
  key: string,
  by: Person,
  why: string,
): Promise<boolean> {
  await knownClass(tx, tenant, key);
  const said = `Taken back to shadow${why === '' ? '' : `: ${why}`}`;
  return demote(tx, parts, tenant, key, { cause: 'pressed', said, by: { id: by.id, name: by.name } });
}
