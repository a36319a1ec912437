import { baseName } from '../../contracts/names.ts';
import type { EventFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, processKeysOf, quoted } from '../tool.ts';

const privateOrLocal =
  /^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|22[4-9]\.|23\d\.|255\.|::1$|::$|fe80:|ff0|f[cd])/i;

/** Where did the story's processes connect to, and does anyone else here talk to it? */
export function networkDestinations(ask: Ask): Answer | undefined {
  const keys = withChildren(ask);
  if (keys.length === 0) return undefined;
  const connections = new Map<string, EventFact>();
  for (const key of keys) {
    for (const fact of ask.lake.connectionsOf(key, 5000)) {
      const { remoteAddress } = fact.activity;
      if (remoteAddress !== undefined && !connections.has(remoteAddress)) connections.set(remoteAddress, fact);
    }
  }
  const query = { processes: keys.slice(0, 20) };
  const outside = [...connections].filter(([address]) => !privateOrLocal.test(address));
  if (outside.length === 0) {
    return {
      query,
      answer:
        connections.size === 0
          ? "The story's processes made no connection at hand."
          : `The story's processes connected to ${connections.size} internal addresses only.`,
      logOdds: 0,
      evidence: [...connections.values()].map(({ id }) => id).slice(0, EVIDENCE_LIMIT),
    };
  }
  const spread = outside.map(([address, fact]) => ({ address, fact, seen: ask.lake.addressPrevalence(address) }));
  const lonely = spread.filter(({ seen }) => seen.seenOn === 1 && seen.outOf >= weights.prevalence.fewestHosts);
  const told = (lonely.length > 0 ? lonely : spread)
    .slice(0, 4)
    .map(
      ({ address, fact, seen }) =>
        `${quoted(address, 60)} by ${quoted(baseName(fact.activity.process?.image ?? 'unknown'), 40)} (${seen.seenOn} of ${seen.outOf} hosts)`,
    );
  const wellKnown = spread.every(
    ({ seen }) =>
      seen.outOf >= weights.prevalence.fewestHosts && seen.seenOn / seen.outOf >= weights.prevalence.commonShare,
  );
  return {
    query,
    answer: `${outside.length} addresses on the internet: ${told.join(', ')}.${lonely.length > 0 ? ' No other host here talks to them.' : ''}`,
    logOdds: lonely.length > 0 ? weights.lonelyDestination : wellKnown ? weights.knownDestination : 0,
    evidence: (lonely.length > 0 ? lonely : spread).map(({ fact }) => fact.id).slice(0, EVIDENCE_LIMIT),
  };
}

function withChildren(ask: Ask): readonly string[] {
  const keys = new Set<string>();
  for (const key of processKeysOf(ask, 40)) {
    keys.add(key);
    const process = ask.lake.process(key);
    // A launcher's children are everyone's; only those of an ordinary process are this story's.
    if (process !== undefined && process.children.length <= 25) for (const child of process.children) keys.add(child);
  }
  return [...keys];
}
