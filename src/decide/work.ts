import type { Finding } from '../contracts/finding.ts';
import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Comment, Desk, Reader } from '../ports/state/review.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';
import type { Person } from './person.ts';
import { checkedText } from './verdict-reason.ts';

const LONGEST_COMMENT = 10_000;

/** A piece of work on a finding that is no verdict, by a person; the caller has looked at their role. */
export interface Work {
  readonly tenant: string;
  /** Id or alias. */
  readonly findingId: string;
  readonly by: Person;
}

/** Says something about a finding to whoever comes next. Throws `FINDING_UNKNOWN` (404) and `DECIDE_TEXT_BAD` (400). */
export async function recordComment(tx: StateTx, clock: Clock, work: Work & { text: string }): Promise<Comment> {
  const { finding } = await worked(tx, work);
  const text = checkedText('comment', work.text, LONGEST_COMMENT);
  const said = await tx.review.comments(finding.tenant, finding.id);
  const { by, at } = stamp(work, clock);
  const id = stableId('comment', finding.tenant, finding.id, by.id, String(at), String(said.length));
  await note(tx, finding, by, 'finding.commented', { comment: id, text });
  const comment: Comment = { id, finding: finding.id, by, at, text };
  await tx.review.comment(finding.tenant, comment);
  return comment;
}

/** Makes a finding somebody's, or nobody's. The caller has made sure that `to` may decide here. */
export async function recordAssignment(
  tx: StateTx,
  clock: Clock,
  work: Work & { to: Desk['assignee'] },
): Promise<void> {
  const { finding } = await worked(tx, work);
  const { by, at } = stamp(work, clock);
  await note(tx, finding, by, 'finding.assigned', { to: work.to });
  await tx.review.assign(finding.tenant, finding.id, work.to, { ...by, at });
}

/** A person has opened the finding: paging stops. Once a person; more often does nothing. */
export async function recordAcknowledgement(tx: StateTx, clock: Clock, work: Work & { reader: Reader }): Promise<void> {
  const { finding } = await worked(tx, work);
  const { tenant, id } = finding;
  const { by, at } = stamp(work, clock);
  const withheld = await tx.review.withheld(tenant, work.reader, [id]);
  const known = (await tx.review.desks(tenant, [id])).get(id)?.acknowledged ?? null;
  if (known === null) await note(tx, finding, by, 'finding.acknowledged', {});
  await tx.review.acknowledge(tenant, id, { ...by, at }, withheld.has(id));
}

/** The finding waits on the customer from now: its clock stands. Throws `FINDING_NOT_OPEN` and `FINDING_WAITS` (409). */
export async function startWait(tx: StateTx, clock: Clock, work: Work & { why: string }): Promise<void> {
  const { finding, status } = await worked(tx, work);
  const why = checkedText('reason to wait', work.why);
  if (status !== 'open')
    throw new BridgewatchError('FINDING_NOT_OPEN', `finding "${finding.id}" is ${status}; only an open one waits`, 409);
  if (await waits(tx, finding))
    throw new BridgewatchError('FINDING_WAITS', `finding "${finding.id}" waits on the customer already`, 409);
  const { by, at } = stamp(work, clock);
  await note(tx, finding, by, 'finding.wait_started', { why });
  await tx.review.startWait(finding.tenant, finding.id, { ...by, at }, why);
}

/** The customer has answered: the clock runs on. Throws `FINDING_DOES_NOT_WAIT` (409). */
export async function endWait(tx: StateTx, clock: Clock, work: Work): Promise<void> {
  const { finding } = await worked(tx, work);
  if (!(await waits(tx, finding)))
    throw new BridgewatchError('FINDING_DOES_NOT_WAIT', `finding "${finding.id}" does not wait on anybody`, 409);
  const { by, at } = stamp(work, clock);
  await note(tx, finding, by, 'finding.wait_ended', {});
  await tx.review.endWait(finding.tenant, finding.id, { ...by, at });
}

/**
 * A person asks to see what a pending review keeps from them; they may not give that opinion any more. Throws `FINDING_STAYS_BLIND`
 * (409) where nobody has decided yet.
 */
export async function recordDisclosure(tx: StateTx, clock: Clock, work: Work & { reader: Reader }): Promise<void> {
  const { finding } = await worked(tx, work);
  const { tenant, id } = finding;
  const why = (await tx.review.withheld(tenant, work.reader, [id])).get(id);
  if (why === undefined) return;
  if (why !== 'review') {
    throw new BridgewatchError(
      'FINDING_STAYS_BLIND',
      `finding "${id}" is decided before the AI's opinion is shown; determine it, and all is shown`,
      409,
    );
  }
  const { by, at } = stamp(work, clock);
  await note(tx, finding, by, 'review.disclosed', {});
  await tx.review.disclose(tenant, id, by.id, at);
}

async function waits(tx: StateTx, { tenant, id }: Finding): Promise<boolean> {
  const desk = (await tx.review.desks(tenant, [id])).get(id);
  return desk?.waits.some(({ until }) => until === null) ?? false;
}

/** The finding, locked. Throws `FINDING_UNKNOWN` (404). */
async function worked(tx: StateTx, { tenant, findingId }: Work): Promise<StoredFinding> {
  const stored = await tx.findings.get(tenant, findingId, true);
  if (stored !== null) return stored;
  throw new BridgewatchError(
    'FINDING_UNKNOWN',
    `no finding "${findingId}" in this tenant; ids come from the queue`,
    404,
  );
}

function stamp({ by }: Work, clock: Clock): { by: Person; at: number } {
  return { by: { id: by.id, name: by.name }, at: clock.now() };
}

async function note(tx: StateTx, finding: Finding, by: Person, type: string, payload: object): Promise<void> {
  await tx.ledger.append(finding.tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type,
    subject: { kind: 'finding', id: finding.id, revision: finding.revision },
    payload: { by: namedPerson(by), ...payload },
  });
}
