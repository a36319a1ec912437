import type { Reason } from '../contracts/finding.ts';
import type { Model } from '../contracts/model.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { Candidate } from '../contracts/stages.ts';
import { gainOf, handSet, weigh, weights } from '../score/index.ts';

/**
 * Adds what other stories of the same time say: one that is likely a threat makes another near it likelier. How likely is judged by the hand-set
 * weights of the other's own parts, without this one: so two do not lift each other, and what a story is made of is the same for every model.
 *
 * @param hosts hosts of the estate
 */
export function inCampaign(candidates: readonly Candidate[], model: Model, hosts: number): readonly Candidate[] {
  const { near, withinMs, from, estate } = weights.campaign;
  const likely = candidates
    .map((candidate) => ({ candidate, probability: weigh(handSet, candidate.features).probability }))
    .filter(({ probability }) => probability >= from)
    .sort((a, b) => b.probability - a.probability || (a.candidate.id < b.candidate.id ? -1 : 1));
  if (likely.length === 0) return candidates;
  return candidates.map((candidate) => {
    const other = likely.find(
      (one) =>
        one.candidate !== candidate &&
        one.candidate.firstEventAt <= candidate.lastEventAt &&
        one.candidate.lastEventAt >= candidate.firstEventAt - withinMs,
    );
    if (other === undefined) return candidate;
    const value = near * other.probability * Math.min(1, estate / Math.max(1, hosts));
    const reason: Reason = {
      term: 'campaign',
      text: `Near it in time went on: ${plainText(other.candidate.title, 120)} (${Math.round(100 * other.probability)} % by hand-set weights), among ${hosts} hosts`,
      logOdds: gainOf(model, 'campaign') * value,
      evidence: other.candidate.events.slice(0, 5),
    };
    return {
      ...candidate,
      reasons: [...candidate.reasons, reason],
      features: { ...candidate.features, terms: { ...candidate.features.terms, campaign: value } },
    };
  });
}
