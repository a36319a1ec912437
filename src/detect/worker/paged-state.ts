import { crc32 } from 'node:zlib';
import type { StoredObservation, WorkStore } from '../../ports/work-store.ts';

/** A detector whose state is too large to be written as a whole each time. */
interface Paged {
  readonly kind: string;
  pages?(): Iterable<readonly [name: string, page: Uint8Array]>;
  restorePages?(pages: ReadonlyMap<string, Uint8Array>): void;
}

interface Saved {
  readonly cursor: number;
  readonly pending: readonly StoredObservation[];
  /** Pages by their name in the work store -> digest. */
  readonly pages: readonly (readonly [name: string, digest: string])[];
}

const SNAPSHOT = 'second-stage|pages';

/**
 * State in pages: only those that are not what was last written go into a commit, with the place in the observations that all of them are
 * of. A page is told by CRC-32 and length: it may be wrong once in four thousand million changed pages, and costs no copy.
 */
export class PagedState {
  #digests = new Map<string, string>();

  /** Gives the observers back what was kept. */
  load(work: Pick<WorkStore, 'snapshot'>, observers: readonly Paged[]): Pick<Saved, 'cursor' | 'pending'> | undefined {
    const head = work.snapshot(SNAPSHOT);
    if (head === undefined) return undefined;
    const { cursor, pending, pages } = JSON.parse(Buffer.from(head).toString()) as Saved;
    this.#digests = new Map(pages);
    for (const observer of observers) {
      const prefix = `${observer.kind}|`;
      const own = new Map<string, Uint8Array>();
      for (const [name] of pages) {
        const page = name.startsWith(prefix) ? work.snapshot(name) : undefined;
        if (page !== undefined) own.set(name.slice(prefix.length), page);
      }
      observer.restorePages?.(own);
    }
    return { cursor, pending };
  }

  /** What has to be written for the state to be kept. */
  changes(observers: readonly Paged[], cursor: number, pending: readonly StoredObservation[]): Map<string, Uint8Array> {
    const changed = new Map<string, Uint8Array>();
    const digests = new Map<string, string>();
    for (const observer of observers) {
      for (const [own, page] of observer.pages?.() ?? []) {
        const name = `${observer.kind}|${own}`;
        const digest = `${crc32(page)}-${page.length}`;
        digests.set(name, digest);
        if (this.#digests.get(name) !== digest) changed.set(name, page);
      }
    }
    for (const name of this.#digests.keys()) if (!digests.has(name)) changed.set(name, new Uint8Array());
    this.#digests = digests;
    const head: Saved = { cursor, pending, pages: [...digests] };
    changed.set(SNAPSHOT, Buffer.from(JSON.stringify(head)));
    return changed;
  }
}
