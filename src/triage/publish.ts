import type { Detection } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceEvent, StateStore, StateTx, StoredFinding } from '../ports/state-store.ts';
import { probability, weights } from '../score/index.ts';
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
}

/**
 * Makes surfaced findings visible: each in one transaction that first writes to the ledger, then stores the raw events it
 * rests on and the finding. What has not changed is left alone, so settling again is harmless.
 */
export async function publish(
  findings: readonly Finding[],
  parts: { store: StateStore; clock: Clock; actor: Actor; evidenceOf: EvidenceOf; known: KnownFindings },
): Promise<Published> {
  let opened = 0;
  let revised = 0;
  for (const whole of findings) {
    const { id, aliases } = parts.known.identify(whole);
    const finding = { ...bounded(whole), id };
    const change = await parts.store.withTenants([finding.tenant], async (tx) => {
      const published = await publishOne(tx, finding, parts);
      for (const alias of aliases) await merge(tx, finding, alias, parts.actor);
      return published;
    });
    parts.known.add(id, parts.clock.now());
    parts.known.forget(aliases);
    if (change === 'opened') opened++;
    if (change === 'revised') revised++;
  }
  return { opened, revised };
}

async function publishOne(
  tx: StateTx,
  finding: Finding,
  parts: { clock: Clock; actor: Actor; evidenceOf: EvidenceOf },
): Promise<'opened' | 'revised' | 'unchanged'> {
  const before = await tx.findings.get(finding.tenant, finding.id, true);
  if (before !== null && sameClaim(before.finding, finding)) return 'unchanged';
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
  const reopened = before?.status === 'determined' && bringsNews(before.finding, current);
  if (reopened) await reopen(tx, current, parts.actor, now);
  await tx.findings.put(stored(current, before, reopened, now));
  return before === null ? 'opened' : 'revised';
}

/** Two findings have turned out to be one story: the older keeps its id, the other leads to it. */
async function merge(tx: StateTx, into: Finding, alias: string, actor: Actor): Promise<void> {
  await tx.ledger.append(into.tenant, {
    actor,
    onBehalfOf: null,
    type: 'finding.merged',
    subject: { kind: 'finding', id: alias, revision: null },
    payload: { into: into.id },
  });
  await tx.findings.alias(into.tenant, alias, into.id);
}

async function reopen(tx: StateTx, finding: Finding, actor: Actor, at: number): Promise<void> {
  const reason = 'A new detector, tactic or entity joined the story after it was determined';
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
  };
}

/** What the strongest rule alone would have said. */
function rulesOnly(detections: readonly Detection[]): number {
  return probability(weights.base + Math.max(...detections.map(({ detector }) => weights.level[detector.level])));
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
    events: events.length,
    documentHash: sha256(canonicalJson(finding)),
  };
}

/** The same claim on the same grounds, whatever its revision number. */
function sameClaim(a: Finding, b: Finding): boolean {
  return canonicalJson({ ...a, id: '', revision: 0 }) === canonicalJson({ ...b, id: '', revision: 0 });
}

/** A new detector, tactic or entity asks for a person again; more of the same does not. */
function bringsNews(before: Finding, after: Finding): boolean {
  const detectors = new Set(before.detections.map(({ detector }) => detector.id));
  const entities = new Set(before.entities.map(({ kind, value }) => `${kind}|${value}`));
  return (
    after.detections.some(({ detector }) => !detectors.has(detector.id)) ||
    after.tactics.some((tactic) => !before.tactics.includes(tactic)) ||
    after.entities.some(({ kind, value }) => !entities.has(`${kind}|${value}`))
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
