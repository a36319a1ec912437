import type { SourceEvent } from '../../contracts/event.ts';
import { citedEvents } from '../../contracts/finding.ts';
import type { ReadKept } from '../../contracts/tuning-parts.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';

const PAGE = 200;
/** Findings looked at; the queue's strongest first. */
const MOST_FINDINGS = 20_000;
const EVIDENCE = 500;
/** Events of one finding that are tried. */
const MOST_EVENTS = 2000;

/** Findings of a tenant that hold a detection of one of `rules`, or of any rule where that is not said. */
export async function findingsOf(tx: StateTx, tenant: string, rules?: ReadonlySet<string>): Promise<StoredFinding[]> {
  const found: StoredFinding[] = [];
  let cursor: string | null = null;
  for (let looked = 0; looked < MOST_FINDINGS; looked += PAGE) {
    const { items, next }: Awaited<ReturnType<StateTx['findings']['page']>> = await tx.findings.page(
      tenant,
      {},
      cursor,
      PAGE,
    );
    for (const stored of items)
      if (rules === undefined || stored.finding.detections.some(({ detector }) => rules.has(detector.id)))
        found.push(stored);
    if (next === null) return found;
    cursor = next;
  }
  return found;
}

/** A detection of a rule with the event it rests on, where the rule fires on it as it is now. */
export interface KnownHit {
  readonly detection: string;
  readonly event: SourceEvent;
}

/** A finding that a rule speaks in. */
export interface KnownFinding {
  readonly stored: StoredFinding;
  /** Detections of the rule in it. */
  readonly detections: number;
  /** Those whose event is kept and can be tried. */
  readonly hits: readonly KnownHit[];
}

/** The findings that a rule speaks in, with the events it fires on. */
export async function knownOf(
  tx: StateTx,
  findings: readonly StoredFinding[],
  rule: string,
  read: ReadKept,
  fires: (event: SourceEvent) => boolean,
): Promise<readonly KnownFinding[]> {
  const known: KnownFinding[] = [];
  for (const stored of findings) {
    const own = stored.finding.detections.filter(({ detector }) => detector.id === rule);
    if (own.length === 0) continue;
    const wanted = own
      .slice(0, MOST_EVENTS)
      .flatMap(({ id, events: [event] }) => (event === undefined ? [] : { id, event }));
    const events = await eventsOf(
      tx,
      stored.finding.tenant,
      wanted.map(({ event }) => event),
      read,
    );
    const hits = wanted.flatMap(({ id, event }): KnownHit[] => {
      const found = events.get(event);
      return found !== undefined && fires(found) ? [{ detection: id, event: found }] : [];
    });
    known.push({ stored, detections: own.length, hits });
  }
  return known;
}

/** All events that a finding cites and that are kept with it. */
export async function citedOf(
  tx: StateTx,
  { finding }: StoredFinding,
  read: ReadKept,
): Promise<readonly SourceEvent[]> {
  const ids = [...citedEvents(finding)].slice(0, MOST_EVENTS);
  return [...(await eventsOf(tx, finding.tenant, ids, read)).values()];
}

async function eventsOf(
  tx: StateTx,
  tenant: string,
  ids: readonly string[],
  read: ReadKept,
): Promise<ReadonlyMap<string, SourceEvent>> {
  const events = new Map<string, SourceEvent>();
  for (let at = 0; at < ids.length; at += EVIDENCE) {
    for (const { id, time, file, raw } of await tx.evidence.get(tenant, ids.slice(at, at + EVIDENCE))) {
      const event = read({ id, time, source: file, raw });
      if (event !== undefined) events.set(id, event);
    }
  }
  return events;
}
