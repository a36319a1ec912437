import type { Entity } from '../contracts/entity.ts';
import type { Finding } from '../contracts/finding.ts';
import type { By } from '../ports/state/review.ts';
import type { StateTx } from '../ports/state-store.ts';
import type { Person } from './person.ts';
import type { Reviewed } from './review.ts';

/** Most events a document carries; the pipeline keeps to the same. */
export const EVENTS_KEPT = 500;
const ENTITIES_KEPT = 100;

/** A person says which detections are one story. */
export interface Regrouping extends Reviewed {
  readonly by: Person;
  readonly reason: string;
}

/** One more revision, with a reason that weighs nothing: the parts still give the sum. */
export function revised(finding: Finding, text: string): Finding {
  const said = { term: 'by-person', text, logOdds: 0, evidence: [] };
  return { ...finding, revision: finding.revision + 1, reasons: [...finding.reasons, said] };
}

/** Each entity once, as many as a document carries. */
export function distinct(entities: readonly Entity[]): Entity[] {
  const byKey = new Map(entities.map((entity) => [`${entity.kind}|${entity.value}`, entity]));
  return [...byKey.values()].slice(0, ENTITIES_KEPT);
}

/** On the ledger of a finding, by a person. */
export async function note(tx: StateTx, finding: Finding, by: By, type: string, payload: object): Promise<void> {
  await tx.ledger.append(finding.tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type,
    subject: { kind: 'finding', id: finding.id, revision: finding.revision },
    payload,
  });
}
