import { type AutonomyParts, drawFrom, SwitchWatch, scopeOf, standingStops } from '../../src/decide/index.ts';
import type { AutonomyDeps } from '../../src/http/deps.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { StateStore } from '../../src/ports/state-store.ts';

/** Autonomy over a test's store, as far as the routes need it: real, with a machine that never changes. */
export function automation(
  { store, clock }: { readonly store: StateStore; readonly clock: Clock },
  tenants: readonly string[] = ['acme'],
): AutonomyDeps {
  const watch = new SwitchWatch({
    clock,
    tenants: () => tenants,
    look: async (of) => (await standingStops(store, of)).map(scopeOf),
    file: () => [],
  });
  const parts: AutonomyParts = {
    store,
    clock,
    draw: drawFrom('a secret of the test'),
    mayAct: watch.mayAct,
    versions: () => ({ model: 'model', playbook: 'playbook', prompts: 'prompts' }),
    detectorVersion: () => null,
    silentSources: async () => [],
    actionKind: () => null,
    undoVerified: async () => false,
    planAction: async () => null,
    actionsUnderGrants: async () => [],
  };
  return { parts, watch, heldByFile: () => [] };
}
