import { baseName } from '../../contracts/names.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, leadFact, quoted } from '../tool.ts';

/** How common is this across hosts (or, for a cloud call, across principals)? */
export function prevalence(ask: Ask): Answer | undefined {
  const fact = leadFact(ask);
  if (fact === undefined) return undefined;
  const { process, action, principal } = fact.activity;
  const place = principal !== undefined ? 'principals' : 'hosts';
  const thing = principal !== undefined ? action : process?.image;
  if (thing === undefined) return undefined;
  const seen = principal !== undefined ? ask.lake.callPrevalence(thing) : ask.lake.imagePrevalence(thing);
  const name = quoted(principal !== undefined ? thing : baseName(thing), 80);
  if (seen.outOf < weights.prevalence.fewestHosts) {
    return answer(thing, `${name}: only ${seen.outOf} ${place} at hand, too few to call anything rare.`, 0, fact.id);
  }
  const share = seen.seenOn / seen.outOf;
  const text = `${name} was seen on ${seen.seenOn} of ${seen.outOf} ${place}, ${seen.times} times.`;
  if (seen.seenOn === 0) return answer(thing, `${text} Its start was not recorded.`, 0, fact.id);
  if (seen.seenOn === 1) return answer(thing, text, weights.prevalence.alone, fact.id);
  if (share >= weights.prevalence.commonShare) return answer(thing, text, weights.prevalence.common, fact.id);
  return answer(thing, text, seen.seenOn <= 3 ? weights.prevalence.few : 0, fact.id);
}

function answer(thing: string, text: string, logOdds: number, event: string): Answer {
  return { query: { of: thing }, answer: text, logOdds, evidence: [event] };
}
