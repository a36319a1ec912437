import type { ActionPlan } from '../../../contracts/action.ts';
import type { Connector } from '../../../ports/connector.ts';

const NOTHING = 'Dry run: nothing was done';

/**
 * A connector that rehearses: it says what would be done and touches nothing. Every receipt and check says so, and a plan of it is
 * marked `dryRun`, so that no rehearsal counts as containment. It remembers what it pretended, no longer than the process lives.
 */
export function dryRunConnector(kinds: readonly string[]): Connector {
  const pretended = new Set<string>();
  const keyOf = ({ tenant, kind, target }: ActionPlan) => JSON.stringify([tenant, kind, target]);
  return {
    kinds,
    repeatable: true,
    async survey({ kind, target, parameters }) {
      return {
        arguments: { dryRun: true, kind, target: { ...target }, parameters: { ...parameters } },
        before: { dryRun: true },
        undo: 'Dry run: the rehearsal is taken back; there is nothing else to undo',
        said: ['Dry run: nothing will be changed'],
        affects: [],
      };
    },
    async execute(plan) {
      pretended.add(keyOf(plan));
      return { dryRun: true, said: NOTHING };
    },
    async verify(plan) {
      return pretended.has(keyOf(plan))
        ? { outcome: 'yes', saw: `${NOTHING}; only the rehearsal was checked` }
        : { outcome: 'no', saw: `${NOTHING}, and nothing was rehearsed` };
    },
    async undo(plan) {
      pretended.delete(keyOf(plan));
      return { dryRun: true, said: NOTHING };
    },
    async verifyUndone(plan) {
      return pretended.has(keyOf(plan))
        ? { outcome: 'no', saw: `${NOTHING}; the rehearsal still stands` }
        : { outcome: 'yes', saw: `${NOTHING}; the rehearsal was taken back` };
    },
  };
}
