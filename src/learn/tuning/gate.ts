import type { Detection } from '../../contracts/detection.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import { isInForce, type TuningProposal } from '../../contracts/tuning.ts';
import { type FilteredRule, filteredRule } from './filtered-rule.ts';
import type { TuningParts } from './parts.ts';

/** What filters say of one detection. */
export interface Sifted {
  /** The accepted filter that hides it; undefined where none does. */
  readonly suppressedBy: string | undefined;
  /** Proposals in shadow that would. */
  readonly shadowOf: readonly string[];
}

const untouched: Sifted = { suppressedBy: undefined, shadowOf: [] };

/**
 * Filters at work. A filter speaks of the version of the rule that it was proved with: once the rule changes, it hides nothing. A filter that
 * cannot be read hides nothing either.
 */
export class TuningGate {
  readonly #ruleOf: TuningParts['ruleOf'];
  readonly #byRule = new Map<string, { readonly proposal: TuningProposal; readonly filtered: FilteredRule }[]>();

  constructor(
    live: readonly TuningProposal[],
    ruleOf: TuningParts['ruleOf'],
    onBroken: (proposal: TuningProposal, error: unknown) => void,
  ) {
    this.#ruleOf = ruleOf;
    for (const proposal of live) {
      const rule = ruleOf(proposal.rule.id);
      if (rule === undefined || rule.version !== proposal.rule.version) continue;
      try {
        const filtered = filteredRule(rule, proposal.filter);
        this.#byRule.set(rule.id, [...(this.#byRule.get(rule.id) ?? []), { proposal, filtered }]);
      } catch (error) {
        onBroken(proposal, error);
      }
    }
  }

  /** True where no filter speaks of the rule. */
  isSilentOn({ detector: { kind, id, version } }: Detection): boolean {
    return kind !== 'sigma' || !this.#byRule.has(id) || this.#ruleOf(id)?.version !== version;
  }

  /** @param now clock time: what has expired hides nothing */
  sift(detection: Detection, events: readonly SourceEvent[], now: number): Sifted {
    if (this.isSilentOn(detection) || events.length === 0) return untouched;
    const meet = (this.#byRule.get(detection.detector.id) ?? []).filter(({ filtered }) =>
      events.every((event) => filtered.hides(event)),
    );
    return {
      suppressedBy: meet.find(({ proposal }) => isInForce(proposal, now))?.proposal.id,
      shadowOf: meet.filter(({ proposal }) => proposal.state === 'shadow').map(({ proposal }) => proposal.id),
    };
  }
}
