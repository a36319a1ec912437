import type { EventFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, leadFact, quoted } from '../tool.ts';

const LONG_BEFORE = 30 * 86_400_000;
const AROUND = 60 * 60_000;
const DENIALS_THAT_MATTER = 5;

/** Has this principal done such things before, from there, and was it refused much? */
export function cloudPrincipalHistory(ask: Ask): Answer | undefined {
  const lead = leadFact(ask);
  const principal = lead?.activity.principal;
  if (lead === undefined || principal === undefined) return undefined;
  const start = ask.candidate.firstEventAt;
  const before = ask.lake.ofPrincipal(principal, start - LONG_BEFORE, start - 1, 20_000, true);
  const during = ask.lake.ofPrincipal(principal, start, ask.candidate.lastEventAt + AROUND, 20_000);
  const denied = during.filter(({ activity }) => activity.outcome === 'failure');
  const known = new Set(before.map(({ activity }) => activity.action));
  const fresh = [...new Set(during.map(({ activity }) => activity.action))].filter(
    (action) => action !== undefined && !known.has(action),
  );
  const from = lead.activity.sourceAddress;
  const newAddress =
    from !== undefined && before.length >= 20 && !before.some(({ activity }) => activity.sourceAddress === from);
  const parts = [
    before.length === 0
      ? `${quoted(principal)} did nothing at hand before this.`
      : `${quoted(principal)} made ${before.length} calls before this.`,
    `${fresh.length} kinds of call are new for it${
      fresh.length > 0
        ? `: ${fresh
            .slice(0, 6)
            .map((action) => quoted(action ?? '', 40))
            .join(', ')}`
        : ''
    }.`,
    denied.length > 0 ? `${denied.length} calls were refused.` : '',
    newAddress ? `The address ${quoted(from, 60)} is new for it.` : '',
  ];
  return {
    query: { principal, before: start, to: ask.candidate.lastEventAt + AROUND },
    answer: parts.filter((part) => part !== '').join(' '),
    logOdds: judge(before, fresh.length, denied.length, newAddress, known.has(lead.activity.action)),
    evidence: [lead, ...denied].map(({ id }) => id).slice(0, EVIDENCE_LIMIT),
  };
}

function judge(
  before: readonly EventFact[],
  fresh: number,
  denied: number,
  newAddress: boolean,
  habit: boolean,
): number {
  let logOdds = 0;
  if (newAddress) logOdds += weights.principal.firstUse;
  if (denied >= DENIALS_THAT_MATTER) logOdds += weights.principal.denials;
  if (before.length >= 20 && fresh >= 5) logOdds += weights.principal.manyNewCalls;
  if (habit && !newAddress && before.length >= 20) logOdds += weights.principal.habit;
  return logOdds;
}
