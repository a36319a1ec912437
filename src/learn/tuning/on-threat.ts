import type { Clock } from '../../ports/clock.ts';
import type { DecisionListener } from '../../ports/listeners.ts';
import { held, type Speaker, withdrawProposal } from './decide.ts';
import { filteredRule } from './filtered-rule.ts';
import { citedOf } from './known.ts';
import type { TuningParts } from './parts.ts';

const SYSTEM: Speaker = { actor: { kind: 'system', id: 'tuning', version: '1' }, name: 'Bridgewatch' };

/**
 * When a person determines a threat, filters that would hide any of its events end in the same transaction: accepted ones are lifted,
 * proposals declined.
 */
export function tuningEndsOnThreat({
  ruleOf,
  read,
  clock,
}: Pick<TuningParts, 'ruleOf' | 'read'> & { readonly clock: Clock }): DecisionListener {
  return {
    async determined(tx, determination, before) {
      if (determination.verdict !== 'threat') return;
      const { tenant } = determination;
      const live = await tx.tuning.live(tenant);
      if (live.length === 0) return;
      const events = await citedOf(tx, before, read);
      for (const { id, rule, filter } of live) {
        const now = ruleOf(rule.id);
        if (now === undefined || now.version !== rule.version) continue;
        const filtered = filteredRule(now, filter);
        if (!events.some((event) => filtered.hides(event))) continue;
        const { state } = await held(tx, { tenant, id });
        if (state !== 'shadow' && state !== 'accepted') continue;
        const reason = `it hides an event of finding ${determination.finding}, which was determined a threat`;
        await withdrawProposal(tx, { tenant, id }, reason, SYSTEM, clock.now());
      }
    },
  };
}
