/**
 * Keeps a list still under a reader's eyes. New rank orders arrive while someone reads; the rows shown keep their
 * places until the reader asks for the new order.
 */
export interface OrderChange {
  /** Rows that are in the new list and not on screen. */
  readonly added: number;
  /** Rows on screen that the new list no longer has. */
  readonly removed: number;
  /** True when rows on both lists stand in another order. */
  readonly moved: boolean;
}

/** What applying `fresh` would change for someone who sees `shown`. Ids, best first. */
export function orderChange(shown: readonly string[], fresh: readonly string[]): OrderChange {
  const onScreen = new Set(shown);
  const arriving = new Set(fresh);
  const kept = shown.filter((id) => arriving.has(id));
  const keptFresh = fresh.filter((id) => onScreen.has(id));
  return {
    added: fresh.length - keptFresh.length,
    removed: shown.length - kept.length,
    moved: kept.some((id, place) => id !== keptFresh[place]),
  };
}

export const isChange = (change: OrderChange): boolean => change.added > 0 || change.removed > 0 || change.moved;

/** `2 new, 1 gone, new order`. */
export function changeWords({ added, removed, moved }: OrderChange): string {
  return [added > 0 && `${added} new`, removed > 0 && `${removed} gone`, moved && 'new order']
    .filter((part) => part !== false)
    .join(', ');
}

/** True when `fresh` only continues `shown`, as the next page of a list does: nothing on screen would move. */
export const onlyContinues = (shown: readonly string[], fresh: readonly string[]): boolean =>
  shown.every((id, place) => id === fresh[place]);
