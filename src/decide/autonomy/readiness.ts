import type { AutonomyClass, GrantCoverage } from '../../contracts/grant.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { coverageOf, promotion, type Requirement } from '../../reliability/index.ts';
import type { AutonomyParts } from './parts.ts';
import { type Standing, standingOf } from './record.ts';

/** What a lead sees before signing, and signs on. */
export interface Dossier {
  readonly standing: Standing;
  readonly requirements: readonly Requirement[];
  readonly coverage: GrantCoverage;
  /** Levels that could be signed now. */
  readonly open: readonly (2 | 3 | 4)[];
  /** Digest of figures, requirements and coverage: a signature names what it was given for. */
  readonly digest: string;
}

/**
 * Level 2 waits for a person each time, so it does not need the second person that adjudication and separation need: a tenant of one
 * comes so far and no further.
 */
const needSomebodyElse: ReadonlySet<string> = new Set(['adjudication', 'separation']);

/** The record of a class with everything a promotion asks of it; `signer` null while nobody has come forward. */
export async function dossierOf(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  signer: string | null,
): Promise<Dossier> {
  const standing = await standingOf(tx, each, parts.clock.now());
  const { subject, tenant } = each;
  const undoVerified = subject.does === 'act' ? await parts.undoVerified(tx, tenant, subject.kind) : null;
  const { target, record, recall, adjudication, deciders, figures } = standing;
  const { requirements } = promotion({ target, record, recall, adjudication, undoVerified, deciders, signer });
  const unmet = requirements.filter(({ met }) => !met);
  const mayPass2 = each.impact === 'low' && each.reversible;
  const open = ([2, 3, 4] as const).filter((level) =>
    level === 2 ? unmet.every(({ name }) => needSomebodyElse.has(name)) : mayPass2 && unmet.length === 0,
  );
  const coverage = listed(coverageOf(record.counted));
  const said = requirements.filter(({ name }) => name !== 'separation');
  return { standing, requirements, coverage, open, digest: sha256(canonicalJson({ figures, said, coverage })) };
}

function listed({ detectors, techniques, entities, sources }: ReturnType<typeof coverageOf>): GrantCoverage {
  const sorted = (set: ReadonlySet<string>) => [...set].sort();
  return {
    detectors: sorted(detectors),
    techniques: sorted(techniques),
    entities: sorted(entities),
    sources: sorted(sources),
  };
}
