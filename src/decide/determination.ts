import type { Confidence, Determination } from '../contracts/determination.ts';
import { citedEvents, type Finding } from '../contracts/finding.ts';
import type { Disposition } from '../contracts/investigation.ts';
import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { StateStore, StateTx, StoredFinding } from '../ports/state-store.ts';
import { aboutAVerdict } from './blind.ts';
import { followVerdict } from './incident.ts';
import { demandPerson, type Person } from './person.ts';
import { type Reviewed, underReview } from './review.ts';
import { voidReviews } from './review-task.ts';
import { checkedNote, checkedReason } from './verdict-reason.ts';

/** A person's verdict on a finding as they saw it. */
export interface DeterminationRequest extends Reviewed {
  readonly verdict: Disposition;
  /** From the verdict's short list, the tenant's own, or `other: ...`. */
  readonly reason: string;
  readonly note: string;
  readonly by: Person;
  readonly confidence?: Confidence | undefined;
  /** Milliseconds. */
  readonly timeSpentMs?: number | undefined;
  /** Ids of events of the finding that the verdict rests on. */
  readonly evidence?: readonly string[] | undefined;
  /** Of a `threat`: when the activity really started, epoch ms; absent, the first event. */
  readonly activityStartedAt?: number | undefined;
  /** Made by a signed-in person at a console: only such a determination can be a blind one. */
  readonly fromSession?: boolean;
}

/**
 * Records a determination: the ledger entry first, then the determination, in one transaction. Deciding on a finding
 * already determined reverses it: both stay on record. Throws `DECIDE_*` (400, 403), `FINDING_UNKNOWN` (404),
 * `FINDING_REVISION_STALE` and `FINDING_REVIEWED_SINCE` (412).
 */
export async function determine(
  store: StateStore,
  clock: Clock,
  request: DeterminationRequest,
  listeners: readonly DecisionListener[] = [],
): Promise<Determination> {
  await demandPerson(store, request.tenant, request.by);
  return store.withTenants([request.tenant], (tx) => recordDetermination(tx, clock, request, listeners));
}

/** `determine` within a transaction the caller holds; the caller has called `demandPerson`. */
export async function recordDetermination(
  tx: StateTx,
  clock: Clock,
  request: DeterminationRequest,
  listeners: readonly DecisionListener[] = [],
): Promise<Determination> {
  const { tenant, verdict, by } = request;
  const { policy } = await tx.policy.get(tenant);
  const reason = checkedReason(verdict, request.reason, policy.extraReasons[verdict]);
  const note = checkedNote(request.note);
  const before = await underReview(tx, request);
  const { finding, determination: inForce } = before;
  const now = clock.now();
  const earlier = await tx.determinations.ofFinding(tenant, finding.id);
  const byAi = finding.openedBy === undefined;
  const determination: Determination = {
    id: stableId('determination', tenant, finding.id, String(earlier.length + 1)),
    tenant,
    finding: finding.id,
    revision: finding.revision,
    verdict,
    reason,
    note,
    by: { id: by.id, name: by.name },
    at: now,
    recommended: byAi ? finding.recommendation.disposition : null,
    blind: request.fromSession === true && (await wasBlind(tx, before, by)),
    confidence: request.confidence ?? null,
    timeSpentMs: request.timeSpentMs ?? null,
    evidence: checkedEvidence(finding, request.evidence ?? []),
    activityStartedAt: startOfActivity(request, finding, now),
    supersededAt: null,
  };
  const { blind, confidence, timeSpentMs, evidence, activityStartedAt } = determination;
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'determination.made',
    subject: { kind: 'finding', id: finding.id, revision: finding.revision },
    payload: {
      determination: determination.id,
      by: namedPerson(determination.by),
      verdict,
      reason,
      note,
      reverses: inForce?.id ?? null,
      blind,
      confidence,
      timeSpentMs,
      evidence,
      activityStartedAt,
      threatProbability: byAi ? finding.threatProbability : null,
      recommendation: byAi ? finding.recommendation : null,
    },
  });
  await tx.determinations.append(determination);
  await voidReviews(tx, clock, finding, aboutAVerdict, 'another determination took its place');
  await followVerdict(tx, clock, determination, listeners);
  const missed = verdict === 'threat' && !byAi;
  for (const listener of listeners) {
    await listener.determined?.(tx, determination, before);
    if (missed) await listener.missed?.(tx, determination, before);
  }
  return determination;
}

/** The AI's opinion was withheld from everybody until now, and this person had not seen it by another road. */
async function wasBlind(tx: StateTx, { finding }: StoredFinding, by: Person): Promise<boolean> {
  const anybody = { account: by.id, reviews: false, adjudicates: false };
  const withheld = await tx.review.withheld(finding.tenant, anybody, [finding.id]);
  return withheld.has(finding.id) && !(await tx.review.sawOpinion(finding.tenant, finding.id, by.id));
}

function checkedEvidence(finding: Finding, evidence: readonly string[]): string[] {
  const cited = citedEvents(finding);
  const unknown = evidence.find((id) => !cited.has(id));
  if (unknown !== undefined) {
    throw new BridgewatchError(
      'DECIDE_EVIDENCE_UNKNOWN',
      `event "${unknown}" is none that finding "${finding.id}" rests on; link events from its own list`,
      400,
    );
  }
  return [...new Set(evidence)];
}

function startOfActivity(request: DeterminationRequest, finding: Finding, now: number): number | null {
  const { activityStartedAt: given, verdict } = request;
  if (given === undefined) return verdict === 'threat' ? finding.firstEventAt : null;
  if (verdict !== 'threat' || given > now) {
    throw new BridgewatchError(
      'DECIDE_START_BAD',
      `activity that started at ${given} does not go with ${verdict}; a threat may say when it started, at or before now (${now})`,
      400,
    );
  }
  return given;
}
