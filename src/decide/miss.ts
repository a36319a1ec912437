import type { Entity } from '../contracts/entity.ts';
import type { Finding, OpenedBy } from '../contracts/finding.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256, stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceEvent, StateTx, StoredFinding } from '../ports/state-store.ts';
import type { Person } from './person.ts';
import { checkedNote, checkedText } from './verdict-reason.ts';

const LONGEST_TITLE = 300;

/** A finding that a person opens: from events, a hunt, or nothing but a call. */
export interface MissRequest {
  readonly tenant: string;
  /** Makes the id: the same request again is the same finding. */
  readonly key: string;
  readonly title: string;
  readonly family: string;
  readonly techniques: readonly string[];
  readonly entities: readonly Entity[];
  readonly events: readonly string[];
  readonly origin: OpenedBy['origin'];
  readonly note: string;
  readonly by: Person;
}

/** Raw events at hand that are not kept with a finding yet. */
export type EventsAtHand = (tenant: string, ids: readonly string[]) => readonly EvidenceEvent[];

/**
 * Opens a finding that the AI did not surface: ledger first, in the caller's transaction. It claims nothing in the AI's name, and
 * counts as a miss once it is determined `threat`. Throws `DECIDE_*` and `FINDING_EVENT_UNKNOWN` (400).
 */
export async function openMiss(
  tx: StateTx,
  clock: Clock,
  request: MissRequest,
  atHand: EventsAtHand,
): Promise<StoredFinding> {
  const { tenant, by, origin } = request;
  const title = checkedText('title', request.title, LONGEST_TITLE);
  const at = clock.now();
  const openedBy: OpenedBy = { id: by.id, name: by.name, origin, note: checkedNote(request.note), at };
  const events = await eventsOf(tx, request, atHand);
  const times = events.map(({ time }) => time);
  const finding: Finding = {
    id: stableId('finding', 'opened', tenant, by.id, request.key),
    tenant,
    revision: 1,
    title,
    family: request.family,
    threatProbability: 0,
    // Somebody asks for it to be looked at; how bad it is, the determination says.
    severity: 'high',
    techniques: [...request.techniques],
    tactics: [],
    entities: [...request.entities],
    firstEventAt: times.length === 0 ? at : Math.min(...times),
    lastEventAt: times.length === 0 ? at : Math.max(...times),
    base: 0,
    reasons: [],
    detections: [],
    events: events.map(({ id }) => id),
    investigation: { playbook: 'none', steps: [], openQuestions: [] },
    recommendation: { disposition: 'inconclusive', for: [], against: [], notChecked: [], actions: [] },
    openedBy,
  };
  const { id, entities } = finding;
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'finding.opened_by_person',
    subject: { kind: 'finding', id, revision: 1 },
    payload: { title, openedBy, entities, events: finding.events, documentHash: sha256(canonicalJson(finding)) },
  });
  await tx.evidence.put(tenant, events);
  const firstSeen = { threatProbability: 0, rulesOnly: 0, disposition: 'none' };
  const stored: StoredFinding = {
    finding,
    status: 'open',
    visibleAt: at,
    updatedAt: at,
    determination: null,
    firstSeen,
    reviews: 0,
  };
  await tx.findings.put(stored);
  return stored;
}

async function eventsOf(tx: StateTx, { tenant, events }: MissRequest, atHand: EventsAtHand): Promise<EvidenceEvent[]> {
  const ids = [...new Set(events)];
  const kept = await tx.evidence.get(tenant, ids);
  const have = new Set(kept.map(({ id }) => id));
  const found = [
    ...kept,
    ...atHand(
      tenant,
      ids.filter((id) => !have.has(id)),
    ),
  ];
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return found;
  throw new BridgewatchError(
    'FINDING_EVENT_UNKNOWN',
    `event "${unknown}" is not kept and not at hand; name events of a finding or of what was just read, or none`,
    400,
  );
}
