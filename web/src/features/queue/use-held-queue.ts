import type { InfiniteData } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import type { QueueItem } from '../../api/model.ts';
import { isChange, type OrderChange, onlyContinues, orderChange } from './held-order.ts';

export interface HeldRow {
  readonly item: QueueItem;
  /** No longer in the list as the server has it: decided, reopened or merged meanwhile. */
  readonly gone: boolean;
}

type Pages = InfiniteData<{ items: QueueItem[]; next: string | null }>;

/** The queue with its order held: figures in a row are always current, places change only by `apply` or at the end. */
export function useHeldQueue(data: Pages | undefined): {
  readonly rows: readonly HeldRow[];
  readonly pending: OrderChange | null;
  readonly apply: () => void;
} {
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const fresh = [...new Set(items.map((item) => item.id))];
  const [shown, setShown] = useState<readonly string[]>(fresh);
  const known = useRef(new Map<string, QueueItem>());
  for (const item of items) known.current.set(item.id, item);

  if (data !== undefined && fresh.length > shown.length && onlyContinues(shown, fresh)) setShown(fresh);

  const current = new Set(fresh);
  const rows = shown.flatMap((id) => {
    const item = known.current.get(id);
    return item ? [{ item, gone: !current.has(id) }] : [];
  });
  const change = orderChange(shown, fresh);
  const latest = useRef(fresh);
  latest.current = fresh;
  const apply = useCallback(() => setShown(latest.current), []);
  return { rows, pending: data !== undefined && isChange(change) ? change : null, apply };
}
