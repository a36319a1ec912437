import { tellingKinds } from '../contracts/entity.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import { namedPerson } from '../contracts/personal.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { FindingListener } from '../ports/listeners.ts';
import type { EvidenceEvent, StateStore, StateTx, StoredFinding } from '../ports/state-store.ts';
import { rulesOnly } from '../score/index.ts';
import type { KnownFindings } from './identity.ts';

/** Detections of one detector kept with a finding; the rest are repeats that its reasons count. */
const DETECTIONS_KEPT = 20;
/** Raw events kept with a finding, so that what it claims can be checked. */
const EVIDENCE_KEPT = 500;

/** Finds the raw form of events that a finding rests on. */
export type EvidenceOf = (ids: readonly string[]) => readonly EvidenceEvent[];

export interface Published {
  readonly opened: number;
  readonly revised: number;
  /** Findings that could not be made visible, each with the error; the others are unaffected. */
  readonly failed: readonly { readonly id: string; readonly error: unknown }[];
}

interface Parts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly actor: Actor;
  readonly evidenceOf: EvidenceOf;
  readonly known: KnownFindings;
  /** Told in the transaction that makes a finding visible or revises it. */
  readonly listeners?: readonly FindingListener[];
}

type Change = 'opened' | 'revised' | 'unchanged';

/**
 * Makes findings visible: each in one transaction that first writes to the ledger, then stores the raw events it rests on and the
 * finding. What has not changed is left alone, so settling again is harmless. One finding that cannot be stored keeps back no other.
 */
export async function publish(findings: readonly Finding[], parts: Parts): Promise<Published> {
  const failed: { id: string; error: unknown }[] = [];
  const count = { opened: 0, revised: 0, unchanged: 0 };
  for (const finding of findings) {
    try {
      count[await publishWhole(finding, parts)]++;
    } catch (error) {
      failed.push({ id: finding.id, error });
    }
  }
  return { opened: count.opened, revised: count.revised, failed };
}

async function publishWhole(whole: Finding, parts: Parts): Promise<Change> {
  const { store, known, clock } = parts;
  const { id, aliases } = known.identify(whole);
  const finding = { ...bounded(whole), id };
  const change = await store.withTenants([finding.tenant], async (tx): Promise<Change | { mergedInto: string }> => {
    const before = await tx.findings.get(finding.tenant, id, true);
    // Merged in an earlier run: the store follows the alias, and the next settling puts the parts together.
    if (before !== null && before.finding.id !== id) return { mergedInto: before.finding.id };
    const merged: StoredFinding[] = [];
    for (const alias of aliases) merged.push(...(await merge(tx, finding, alias, parts.actor)));
    return publishOne(tx, finding, before, merged, parts);
  });
  if (typeof change === 'object') {
    known.add(change.mergedInto, clock.now());
    known.merge(id, change.mergedInto);
    return 'unchanged';
  }
  known.add(id, clock.now());
  for (const alias of aliases) known.merge(alias, id);
  return change;
}

/** @param gone findings that this one swallows now */
async function publishOne(
  tx: StateTx,
  settled: Finding,
  before: StoredFinding | null,
  gone: readonly StoredFinding[],
  parts: Parts,
): Promise<Change> {
  const drawn = before?.finding.sampled;
  // How it came to be looked at stays with it, whatever it grows into.
  const finding = drawn === undefined ? settled : { ...settled, sampled: drawn };
  if (before !== null && sameClaim(before.finding, finding)) {
    if (before.status === 'open') await standAnew(tx, { ...finding, revision: before.finding.revision }, before, parts);
    return 'unchanged';
  }
  const revision = (before?.finding.revision ?? 0) + 1;
  const current: Finding = { ...finding, revision };
  const now = parts.clock.now();
  await tx.ledger.append(finding.tenant, {
    actor: parts.actor,
    onBehalfOf: null,
    type: before === null ? 'finding.opened' : 'finding.revised',
    subject: { kind: 'finding', id: current.id, revision },
    payload: summary(current),
  });
  await tx.evidence.put(finding.tenant, parts.evidenceOf(restsOn(current).slice(0, EVIDENCE_KEPT)));
  const reopened = before !== null && before.status !== 'open' && asksAgain(before, current, gone);
  if (reopened) await reopen(tx, current, parts.actor, now);
  const after = stored(current, before, reopened, now);
  await tx.findings.put(after);
  for (const listener of parts.listeners ?? []) {
    if (before === null) await listener.opened?.(tx, after);
    else await listener.revised?.(tx, after, before);
  }
  return before === null ? 'opened' : 'revised';
}

/** Time has passed, and it stands elsewhere in the queue: on record, but nobody has to read it again. */
async function standAnew(
  tx: StateTx,
  finding: Finding,
  before: StoredFinding,
  { actor, listeners = [] }: Parts,
): Promise<void> {
  const { tenant, id, revision, rank } = finding;
  if (rank === undefined || canonicalJson(rank) === canonicalJson(before.finding.rank ?? null)) return;
  await tx.ledger.append(tenant, {
    actor,
    onBehalfOf: null,
    type: 'finding.ranked',
    subject: { kind: 'finding', id, revision },
    payload: rank,
  });
  await tx.findings.rerank(finding);
  for (const listener of listeners) await listener.ranked?.(tx, finding);
}

/**
 * Two findings have turned out to be one story: the older keeps its id, the other leads to it. Both are told in the ledger, with what
 * people had decided about the one that goes. Returns it as it stood.
 */
async function merge(tx: StateTx, into: Finding, alias: string, actor: Actor): Promise<readonly StoredFinding[]> {
  const { tenant } = into;
  const gone = await tx.findings.get(tenant, alias, true);
  if (gone === null || gone.finding.id !== alias) return [];
  const decided = gone.determination;
  const determination = decided === null ? null : { ...decided, by: namedPerson(decided.by) };
  const payload = { merged: alias, into: into.id, title: gone.finding.title, determination };
  for (const [type, id] of [
    ['finding.merged', alias],
    ['finding.absorbed', into.id],
  ] as const) {
    await tx.ledger.append(tenant, {
      actor,
      onBehalfOf: null,
      type,
      subject: { kind: 'finding', id, revision: null },
      payload,
    });
  }
  await tx.findings.alias(tenant, alias, into.id);
  return [gone];
}

async function reopen(tx: StateTx, finding: Finding, actor: Actor, at: number): Promise<void> {
  const reason = 'A new detector, tactic or entity joined the story after it was decided';
  const { tenant, id, revision } = finding;
  await tx.ledger.append(tenant, {
    actor,
    onBehalfOf: null,
    type: 'finding.reopened',
    subject: { kind: 'finding', id, revision },
    payload: { reason },
  });
  await tx.determinations.reopen({
    tenant,
    finding: id,
    revision,
    reason,
    by: { kind: 'system', id: actor.id, name: actor.id },
    at,
  });
}

function stored(finding: Finding, before: StoredFinding | null, reopened: boolean, now: number): StoredFinding {
  return {
    finding,
    status: before === null || reopened ? 'open' : before.status,
    visibleAt: before?.visibleAt ?? now,
    updatedAt: now,
    determination: reopened ? null : (before?.determination ?? null),
    // Frozen at first sight: later comparisons of champion, rules and people need what was said then.
    firstSeen: before?.firstSeen ?? {
      threatProbability: finding.threatProbability,
      rulesOnly: rulesOnly(finding.detections),
      disposition: finding.recommendation.disposition,
    },
    reviews: (before?.reviews ?? 0) + (reopened ? 1 : 0),
  };
}

/** What the ledger keeps of a claim: enough to hold the AI to it, and a digest of the rest. */
function summary(finding: Finding): Record<string, unknown> {
  const { title, threatProbability, severity, techniques, base, recommendation, events } = finding;
  return {
    title,
    threatProbability,
    severity,
    techniques,
    base,
    reasons: finding.reasons.map(({ term, text, logOdds }) => ({ term, text, logOdds })),
    steps: finding.investigation.steps.map(({ tool, logOdds }) => ({ tool, logOdds })),
    recommendation,
    ...(finding.rank === undefined ? {} : { rank: finding.rank }),
    ...(finding.sampled === undefined ? {} : { sampled: finding.sampled }),
    events: events.length,
    documentHash: sha256(canonicalJson(finding)),
  };
}

/** The same claim on the same grounds, whatever its revision number and wherever it stands. */
function sameClaim(a: Finding, b: Finding): boolean {
  const claim = (finding: Finding): string => canonicalJson({ ...finding, id: '', revision: 0, rank: null });
  return claim(a) === claim(b);
}

/**
 * What was decided about a part was not decided about the whole. A grant closed only what it saw: whatever else comes in, or another word
 * of the AI on it, is for a person.
 */
function asksAgain(before: StoredFinding, current: Finding, gone: readonly StoredFinding[]): boolean {
  const { finding, status } = before;
  if (bringsNews(finding, current) || gone.some((part) => part.status !== 'open')) return true;
  return (
    status === 'closed' &&
    (gone.length > 0 ||
      current.recommendation.disposition !== finding.recommendation.disposition ||
      current.techniques.some((technique) => !finding.techniques.includes(technique)))
  );
}

/** A new detector, tactic or entity asks for a person again; more of the same does not. */
function bringsNews(before: Finding, after: Finding): boolean {
  const detectors = new Set(before.detections.map(({ detector }) => detector.id));
  const entities = new Set(before.entities.map(({ kind, value }) => `${kind}|${value}`));
  return (
    after.detections.some(({ detector }) => !detectors.has(detector.id)) ||
    after.tactics.some((tactic) => !before.tactics.includes(tactic)) ||
    after.entities.some(({ kind, value }) => tellingKinds.has(kind) && !entities.has(`${kind}|${value}`))
  );
}

function bounded(finding: Finding): Finding {
  const kept = new Map<string, number>();
  const detections = finding.detections.filter(({ detector }) => {
    const count = kept.get(detector.id) ?? 0;
    kept.set(detector.id, count + 1);
    return count < DETECTIONS_KEPT;
  });
  return { ...finding, detections };
}

/** Events a reader may click: those reasons and steps name first. */
function restsOn(finding: Finding): readonly string[] {
  const ids = new Set<string>();
  for (const { evidence } of finding.reasons) for (const id of evidence) ids.add(id);
  for (const { evidence } of finding.investigation.steps) for (const id of evidence) ids.add(id);
  for (const { events } of finding.detections) for (const id of events) ids.add(id);
  return [...ids];
}
