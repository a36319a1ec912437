import type { Determination } from '../contracts/determination.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Withheld } from '../contracts/review.ts';
import { deadlineOf, detectorSeverity } from '../decide/index.ts';
import type { Desk, Reader } from '../ports/state/review.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';
import type { Access } from './access.ts';
import { holds } from './permissions.ts';
import { entityTag } from './precondition.ts';
import type { FindingPage, FindingRow, FindingView } from './views.ts';

/** What a person may see of findings: everything, or all but the AI's opinion and what would tell it. */
export function readerOf({ person, role }: Pick<Access, 'person' | 'role'>): Reader {
  return {
    account: person.id,
    reviews: holds(role, 'reviews.do'),
    adjudicates: holds(role, 'reviews.adjudicate'),
  };
}

/** What a view of a finding is made of, beside the finding. */
interface Beside {
  readonly withheld: Withheld | undefined;
  readonly desk: Desk | undefined;
  readonly policy: Policy;
  readonly now: number;
}

/** Reads what views of these findings need. */
export async function besides(
  tx: StateTx,
  tenant: string,
  reader: Reader,
  found: readonly StoredFinding[],
  now: number,
): Promise<(stored: StoredFinding) => Beside> {
  const ids = found.map(({ finding }) => finding.id);
  const withheld = await tx.review.withheld(tenant, reader, ids);
  const desks = await tx.review.desks(tenant, ids);
  const { policy } = await tx.policy.get(tenant);
  return ({ finding: { id } }) => ({ withheld: withheld.get(id), desk: desks.get(id), policy, now });
}

/**
 * The finding without the AI's opinion: no probability, no weights, no reasons (their texts argue), no recommendation, severity as
 * the detectors alone have it, techniques in the order of their names instead of their weight. What a person opened has no opinion
 * of the AI in any case.
 */
export function findingView(finding: Finding, withheld: Withheld | undefined): FindingView {
  if (withheld === undefined && finding.openedBy === undefined) return finding;
  const { investigation } = finding;
  return {
    ...finding,
    threatProbability: null,
    base: null,
    // With the stake and the urgency beside it, the expected loss is the probability.
    rank: undefined,
    sampled: undefined,
    features: undefined,
    reasons: [],
    recommendation: null,
    ...(withheld === undefined
      ? {}
      : { severity: detectorSeverity(finding), techniques: finding.techniques.toSorted() }),
    investigation: { ...investigation, steps: investigation.steps.map((step) => ({ ...step, logOdds: null })) },
  };
}

/** A row of the queue. */
export function rowView(stored: StoredFinding, beside: Beside): FindingRow {
  const { finding, visibleAt, reviews } = stored;
  const { withheld } = beside;
  const view = findingView(finding, withheld);
  const { status, determination } = verdictIn(stored, withheld);
  const { id, revision, title, family, techniques, tactics, entities, severity } = view;
  return {
    id,
    revision,
    title,
    family,
    threatProbability: view.threatProbability,
    severity,
    techniques,
    tactics,
    entities,
    firstEventAt: finding.firstEventAt,
    lastEventAt: finding.lastEventAt,
    detections: finding.detections.length,
    status,
    visibleAt,
    recommendation: view.recommendation?.disposition ?? null,
    rank: view.rank ?? null,
    sampled: view.sampled !== undefined,
    determination:
      determination === null ? null : { verdict: determination.verdict, by: determination.by, at: determination.at },
    blind: withheld === undefined ? null : { why: withheld },
    openedBy: finding.openedBy ?? null,
    work: workView(stored, status, severity, beside),
    etag: entityTag(revision, reviews),
  };
}

/** One finding with all it rests on. */
export function pageView(stored: StoredFinding, history: readonly Determination[], beside: Beside): FindingPage {
  const { finding, visibleAt, firstSeen, reviews } = stored;
  const { withheld } = beside;
  const view = findingView(finding, withheld);
  const { status, determination } = verdictIn(stored, withheld);
  return {
    finding: view,
    status,
    visibleAt,
    determination,
    firstSeen: view.threatProbability === null ? null : firstSeen,
    history: withheld === undefined ? [...history] : [],
    blind: withheld === undefined ? null : { why: withheld },
    work: workView(stored, status, view.severity, beside),
    etag: entityTag(finding.revision, reviews),
  };
}

/** Whoever may be asked for a second opinion sees no first one, and no closure: to them the finding is open. */
function verdictIn(
  stored: StoredFinding,
  withheld: Withheld | undefined,
): Pick<StoredFinding, 'status' | 'determination'> {
  return withheld === 'review' ? { status: 'open', determination: null } : stored;
}

function workView(
  { visibleAt }: StoredFinding,
  status: StoredFinding['status'],
  severity: Finding['severity'],
  { desk, policy, now, withheld }: Beside,
): FindingRow['work'] {
  const deadline = deadlineOf(policy.determineWithin, { visibleAt, severity, waits: desk?.waits ?? [] }, now);
  const running = status === 'open' && withheld !== 'review';
  return {
    acknowledged: desk?.acknowledged ?? null,
    assignee: desk?.assignee ?? null,
    dueAt: running ? deadline.dueAt : null,
    pausedSince: running ? deadline.pausedSince : null,
    late: running && deadline.late,
    comments: withheld === 'review' ? 0 : (desk?.comments ?? 0),
  };
}
