import { systemClock } from '../adapters/system-clock.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { StateStore } from '../ports/state-store.ts';

/** How a tenant's people are told; null where no connector does that, and then nobody can be. */
export type NotifierFor = (tenant: string) => Promise<{ readonly notifier: Notifier } | null>;

/** Whom to tell of an action that waits for a person: everybody who is on call at this moment. */
export function onCallNow(store: StateStore, notifierFor: NotifierFor) {
  return async (tenant: string): Promise<readonly { notifier: Notifier; to: string }[]> => {
    const found = await notifierFor(tenant);
    if (found === null) return [];
    const now = systemClock.now();
    const shifts = await store.withTenants([tenant], (tx) => tx.review.shifts(tenant, now));
    return shifts
      .filter(({ duty, startsAt }) => duty === 'on_call' && startsAt <= now)
      .map(({ contact }) => ({ notifier: found.notifier, to: contact }));
  };
}
