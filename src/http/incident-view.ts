import type { Determination } from '../contracts/determination.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Incident } from '../contracts/incident.ts';
import type { StoredFinding } from '../ports/state-store.ts';
import type { TimelineEntry } from './views.ts';

/** An incident as its customer may read it. */
interface IncidentView extends Omit<Incident, 'tenant'> {
  readonly title: string;
  readonly entities: Entity[];
  readonly timeToDetect: number | null;
  readonly timeToDetermine: number | null;
  readonly timeToRespond: number | null;
  readonly timeline: TimelineEntry[];
}

/** Times as docs/operating-model.md defines them, in milliseconds. Which detector should have fired is for staff. */
export function incidentView(
  { tenant, ...incident }: Incident,
  { finding, visibleAt }: StoredFinding,
  history: readonly Determination[],
  forCustomer: boolean,
): IncidentView {
  const opening = history.find(({ id }) => id === incident.determination);
  const { beganAt, containedAt } = incident;
  return {
    ...incident,
    shouldHaveFired: forCustomer ? null : incident.shouldHaveFired,
    title: finding.title,
    entities: finding.entities,
    timeToDetect: beganAt > visibleAt ? null : visibleAt - beganAt,
    timeToDetermine: opening === undefined ? null : opening.at - visibleAt,
    timeToRespond: containedAt === null ? null : containedAt - visibleAt,
    timeline: timelineOf({ ...incident, tenant }, visibleAt, history),
  };
}

function timelineOf(incident: Incident, visibleAt: number, history: readonly Determination[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    { at: incident.beganAt, what: 'The activity began', by: null },
    { at: visibleAt, what: 'It became visible to an analyst', by: null },
    ...history.map(({ at, verdict, by }) => ({ at, what: `Determined ${verdict.replace('_', ' ')}`, by: by.name })),
  ];
  const { containedAt, closedAt, closedBy, withdrawnAt } = incident;
  if (containedAt !== null) entries.push({ at: containedAt, what: 'Containment verified', by: null });
  if (closedAt !== null) entries.push({ at: closedAt, what: 'Closed', by: closedBy?.name ?? null });
  if (withdrawnAt !== null) entries.push({ at: withdrawnAt, what: 'Withdrawn: the verdict was reversed', by: null });
  return entries.toSorted((a, b) => a.at - b.at);
}
