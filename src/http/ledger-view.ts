import type { LedgerEntry } from '../contracts/ledger-entry.ts';
import type { Withheld } from '../contracts/review.ts';
import type { Reader } from '../ports/state/review.ts';
import type { StateTx } from '../ports/state-store.ts';
import type { LedgerItem } from './views.ts';

interface Kept {
  readonly entry: LedgerEntry;
  readonly hash: string;
  readonly payload: unknown;
}

/**
 * Ledger entries as a reader may see them. An entry that is about a finding whose AI opinion is withheld, or names one, keeps its
 * payload back until the finding is decided; one about a finding that the reader may be asked to review keeps back who did what, too.
 */
export async function ledgerView(
  tx: StateTx,
  tenant: string,
  reader: Reader,
  items: readonly Kept[],
): Promise<LedgerItem[]> {
  const withheld = items.length === 0 ? new Map<string, Withheld>() : await tx.review.withheld(tenant, reader);
  return items.map(({ entry, hash, payload }) => {
    const about = entry.subject.kind === 'finding' ? withheld.get(entry.subject.id) : undefined;
    const why = about ?? named(payload, withheld);
    if (why === undefined) return { entry, hash, payload, withheld: false };
    return { entry: why === 'review' ? masked(entry) : entry, hash, payload: null, withheld: true };
  });
}

/** Place, time and hashes stay, so that the chain is seen to be whole. */
function masked(entry: LedgerEntry): LedgerEntry {
  return { ...entry, type: 'withheld', actor: { kind: 'system', id: 'withheld', version: '' }, onBehalfOf: null };
}

/** Why any finding named in a payload is withheld; payloads are bounded where they are written. */
function named(payload: unknown, withheld: ReadonlyMap<string, Withheld>): Withheld | undefined {
  if (withheld.size === 0) return undefined;
  const open: unknown[] = [payload];
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value === 'string') {
      const why = withheld.get(value);
      if (why !== undefined) return why;
    } else if (typeof value === 'object' && value !== null) open.push(...Object.values(value));
  }
  return undefined;
}
