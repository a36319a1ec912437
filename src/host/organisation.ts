import type { ContextFact } from '../contracts/context.ts';
import { Policy } from '../contracts/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateStore } from '../ports/state-store.ts';

/** Other processes write as well: what nobody here is told of is looked up this often. */
const LOOK_EVERY_MS = 3_000;
/** What ended lately still explains what happened before it did. */
const REMEMBERED_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

export interface OrganisationParts {
  readonly store: Pick<StateStore, 'withTenants' | 'onChange'>;
  readonly clock: Clock;
  readonly tenant: string;
  readonly warn: (message: string) => void;
}

/** What people say of one tenant, at hand for whoever may not wait for the store. */
export interface Organisation {
  context(): readonly ContextFact[];
  capacity(): Policy['capacity'];
  /** From now on, called after what is said has changed, and when a new day has begun. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Reads it once before it returns; without the store afterwards, what was said last goes on to hold. */
export async function openOrganisation({ store, clock, tenant, warn }: OrganisationParts): Promise<Organisation> {
  let facts: readonly ContextFact[] = [];
  let capacity = Policy.parse({}).capacity;
  let known = '';
  const listeners: (() => void)[] = [];
  const look = async (): Promise<void> => {
    const now = clock.now();
    const said = await store.withTenants([tenant], async (tx) => ({
      facts: await tx.context.holding(tenant, now - REMEMBERED_MS),
      capacity: (await tx.policy.get(tenant)).policy.capacity,
    }));
    facts = said.facts;
    capacity = said.capacity;
    // A fact never changes but for its end, which takes it out of the list.
    const current = JSON.stringify([capacity, facts.map(({ id }) => id), Math.floor(now / DAY_MS)]);
    const changed = known !== '' && current !== known;
    known = current;
    if (changed) for (const listener of listeners) listener();
  };
  await look();
  let looking: Promise<void> = Promise.resolve();
  const again = (): void => {
    looking = looking
      .then(look)
      .catch((error: unknown) =>
        warn(
          `what people say of ${tenant} could not be read: ${error instanceof Error ? error.message : String(error)}`,
        ),
      );
  };
  const timer = setInterval(again, LOOK_EVERY_MS).unref();
  const forget = store.onChange((change) => {
    if (change.tenant === tenant && (change.kind === 'context' || change.kind === 'policy')) again();
  });
  return {
    context: () => facts,
    capacity: () => capacity,
    onChange: (listener) => void listeners.push(listener),
    async close() {
      clearInterval(timer);
      forget();
      await looking;
    },
  };
}
