import { isBuiltInAccount } from '../../contracts/names.ts';
import type { EventFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, leadFact, quoted } from '../tool.ts';

const BEFORE = 12 * 60 * 60_000;
/** The newest of the account's events are read: what led to the lead, not the morning's files. */
const LIMIT = 20_000;
const FAILURE_WINDOW = 30 * 60_000;
const FAILURES_THAT_MATTER = 5;

/** RFC 1918, loopback, link-local, unique local. */
const privateAddress = /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|fe80:|f[cd]|-$)/i;

/** How did the session begin: from where, and after how many failures? */
export function logonSession(ask: Ask): Answer | undefined {
  const lead = leadFact(ask);
  const user = lead?.activity.user;
  if (lead === undefined || user === undefined || isBuiltInAccount(user)) return undefined;
  const events = ask.lake
    .ofUser(user, lead.time - BEFORE, lead.time, LIMIT, true)
    .filter(({ activity }) => belongs(activity.host, lead));
  const logons = events.filter(({ activity }) => activity.kind === 'logon' || activity.kind === 'sign_in');
  const logon =
    logons.findLast(
      ({ activity }) => lead.activity.logonId !== undefined && activity.logonId === lead.activity.logonId,
    ) ?? logons.at(-1);
  const query = { user, host: lead.activity.host, session: lead.activity.logonId, before: lead.time };
  if (logon === undefined) {
    return {
      query,
      answer: `No logon of ${quoted(user)} is at hand in the 12 hours before: the session began earlier or was not recorded.`,
      logOdds: weights.session.unexplained,
      evidence: [lead.id],
    };
  }
  const failures = events.filter(
    ({ activity, time }) =>
      (activity.kind === 'logon_failure' || activity.kind === 'sign_in_failure') &&
      time <= logon.time &&
      logon.time - time <= FAILURE_WINDOW,
  );
  return { query, ...judge(user, logon, failures) };
}

function belongs(host: string | undefined, lead: EventFact): boolean {
  return lead.activity.host === undefined || host === undefined || host === lead.activity.host;
}

function judge(user: string, logon: EventFact, failures: readonly EventFact[]): Omit<Answer, 'query'> {
  const from = logon.activity.sourceAddress;
  const outside = from !== undefined && !privateAddress.test(from);
  const when = new Date(logon.time).toISOString();
  const text = `${quoted(user)} signed in at ${when}${from === undefined ? '' : ` from ${quoted(from, 60)}`}`;
  const evidence = [logon.id, ...failures.map(({ id }) => id)].slice(0, EVIDENCE_LIMIT);
  if (failures.length >= FAILURES_THAT_MATTER) {
    return {
      answer: `${text}, after ${failures.length} failures in the half hour before.`,
      logOdds: weights.session.afterFailures,
      evidence,
    };
  }
  if (outside && logon.activity.host !== undefined)
    return { answer: `${text}, an address on the internet.`, logOdds: weights.session.fromInternet, evidence };
  return {
    answer: `${text}; ${failures.length} failures in the half hour before.`,
    logOdds: outside ? 0 : weights.session.local,
    evidence,
  };
}
