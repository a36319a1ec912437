import type { Finding } from '../contracts/finding.ts';
import { stableId } from '../kernel/ids.ts';
import type { StateStore } from '../ports/state-store.ts';

const PAGE = 200;

/** A finding's id is that of its founding detection and never changes, whatever joins later. */
export function findingId(foundingDetection: string): string {
  return stableId('finding', foundingDetection);
}

/** Under which id a story is known, and which findings it has swallowed. */
export interface Identity {
  readonly id: string;
  readonly aliases: readonly string[];
}

/**
 * Findings that are visible already. A story that has grown keeps the id under which it was first seen; one that two
 * findings have grown into keeps the older's, and the other becomes its alias.
 */
export class KnownFindings {
  /** Id -> clock time at which it became visible. */
  readonly #visible = new Map<string, number>();

  /** Reads what a tenant's store holds; called once before the first publication. */
  static async load(store: StateStore, tenant: string): Promise<KnownFindings> {
    const known = new KnownFindings();
    let cursor: string | null = null;
    do {
      const page = await store.withTenants([tenant], (tx) => tx.findings.page(tenant, {}, cursor, PAGE));
      for (const { finding, visibleAt } of page.items) known.add(finding.id, visibleAt);
      cursor = page.next;
    } while (cursor !== null);
    return known;
  }

  add(id: string, visibleAt: number): void {
    if (!this.#visible.has(id)) this.#visible.set(id, visibleAt);
  }

  identify(finding: Finding): Identity {
    const seen = new Map<string, number>();
    for (const detection of finding.detections) {
      const id = findingId(detection.id);
      const visibleAt = this.#visible.get(id);
      if (visibleAt !== undefined) seen.set(id, visibleAt);
    }
    const [oldest, ...others] = [...seen].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id);
    return { id: oldest ?? finding.id, aliases: others };
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.#visible.delete(id);
  }
}
