import type { EventFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { behaviours } from '../behaviours/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, quoted } from '../tool.ts';

const MINUTE = 60_000;
const BEFORE = 15 * MINUTE;
/** A silence is known to the minute, a field that ceases to be filled to the hour. */
const AFTER = { minute: MINUTE, hour: 60 * MINUTE };
const EVENT_LIMIT = 5000;

/** Impair Defenses, and Clear Windows Event Logs (ATT&CK T1562, T1070.001): acts that keep telemetry from coming. */
const silencing = behaviours.filter(({ technique }) => /^T1562\b|^T1070\.001$/.test(technique));

/** What did the source report last: was recording switched off or wiped? */
export function lastHeard({ lead, lake }: Ask): Answer | undefined {
  const named = lead.fields.find(({ field }) => field === 'source' || field === 'source and lens');
  const [source] = named?.value.split(' ') ?? [];
  if (source === undefined) return undefined;
  const after = lead.detector.id === 'baseline:field-unfilled' ? AFTER.hour : AFTER.minute;
  const query = { source, from: lead.at - BEFORE, to: lead.at + after, limit: EVENT_LIMIT };
  const facts = lake.ofSource(source, query.from, query.to, EVENT_LIMIT);
  if (facts.length === 0) return undefined;
  const acts = silencing
    .map((behaviour) => ({ behaviour, events: facts.filter(({ activity }) => behaviour.shown(activity)) }))
    .filter(({ events }) => events.length > 0);
  if (acts.length === 0)
    return {
      query,
      answer: `In its last ${facts.length} events before that, nobody switched off recording or wiped a log.`,
      logOdds: weights.telemetryGap.nobodySilencedIt,
      evidence: facts.slice(-3).map(({ id }) => id),
    };
  return {
    query,
    answer: `In its last ${facts.length} events before that: ${acts.map(({ behaviour, events }) => `${behaviour.says}${places(events)}`).join('; ')}.`,
    logOdds: weights.telemetryGap.silenced + Math.max(...acts.map(({ behaviour }) => behaviour.logOdds)),
    evidence: acts.flatMap(({ events }) => events.map(({ id }) => id)).slice(0, EVIDENCE_LIMIT),
    techniques: new Map(acts.map(({ behaviour }) => [behaviour.technique, behaviour.logOdds])),
  };
}

function places(events: readonly EventFact[]): string {
  const hosts = new Set(events.flatMap(({ activity }) => activity.host ?? activity.principal ?? []));
  const [first] = hosts;
  if (first === undefined) return '';
  return ` (${quoted(first, 80)}${hosts.size > 1 ? ` and ${hosts.size - 1} more` : ''})`;
}
