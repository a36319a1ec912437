import type { Detection } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';
import { stableId } from '../kernel/ids.ts';
import type { Split } from '../ports/state/review.ts';
import type { StateStore } from '../ports/state-store.ts';

const PAGE = 200;
const IDS = 100_000;

/** A finding's id is that of its founding detection and never changes, whatever joins later. */
export function findingId(foundingDetection: string): string {
  return stableId('finding', foundingDetection);
}

/** Under which id a story is known, and which visible findings it has swallowed. */
export interface Identity {
  readonly id: string;
  readonly aliases: readonly string[];
}

/**
 * Findings that people can see. A story that has grown keeps the id under which it was first seen; one that two findings have
 * grown into keeps the older's, and the other becomes its alias. What has once been one story stays one: links come and go as
 * data arrives (a host turns out to be shared, an address to be common), and a finding must not vanish under a reader's eyes.
 */
export class KnownFindings {
  /** Id -> clock time at which it became visible. */
  readonly #visible = new Map<string, number>();
  /** Merged id -> the id it leads to. */
  readonly #merged = new Map<string, string>();
  /** Detection a person has taken out of a finding -> the finding they put it into. */
  readonly #split = new Map<string, string>();
  /** Every settling asks for the same ones again. */
  readonly #ids = new Map<string, string>();

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

  /** Takes in what people have taken apart; `at` is when the parts count as visible where they are new. */
  learn(splits: readonly Split[], at: number): void {
    for (const { detection, into } of splits) {
      this.#split.set(detection, into);
      this.add(into, at);
    }
  }

  add(id: string, visibleAt: number): void {
    if (!this.#merged.has(id) && !this.#visible.has(id)) this.#visible.set(id, visibleAt);
  }

  /** `id` was merged into `into`, here or in an earlier run. */
  merge(id: string, into: string): void {
    this.#visible.delete(id);
    if (id !== into) this.#merged.set(id, into);
  }

  /** The visible finding that a detection founded, followed through merges; undefined where it founded none. */
  foundedBy(detection: Pick<Detection, 'id'>): string | undefined {
    let id = this.#split.get(detection.id) ?? this.#idOf(detection.id);
    for (let into = this.#merged.get(id); into !== undefined; into = this.#merged.get(id)) id = into;
    return this.#visible.has(id) ? id : undefined;
  }

  #idOf(detection: string): string {
    let id = this.#ids.get(detection);
    if (id === undefined) {
      if (this.#ids.size >= IDS) this.#ids.clear();
      id = findingId(detection);
      this.#ids.set(detection, id);
    }
    return id;
  }

  identify(finding: Pick<Finding, 'id' | 'detections'>): Identity {
    const seen = new Set<string>();
    for (const detection of finding.detections) {
      const id = this.foundedBy(detection);
      if (id !== undefined) seen.add(id);
    }
    const visibleAt = (id: string): number => this.#visible.get(id) ?? 0;
    const [oldest, ...others] = [...seen].sort((a, b) => visibleAt(a) - visibleAt(b) || (a < b ? -1 : 1));
    return { id: oldest ?? finding.id, aliases: others };
  }

  /** Keeps apart what a person took out of a finding, whatever ties it to the rest. Before `rejoin`: they may have put it back since. */
  apart<G extends readonly Detection[]>(
    groups: readonly G[],
    inOrder: (detections: readonly Detection[]) => G,
  ): readonly G[] {
    if (this.#split.size === 0) return groups;
    const taken = new Map<string, Detection[]>();
    const rest: G[] = [];
    for (const group of groups) {
      const stays = group.filter(({ id }) => !this.#split.has(id));
      for (const detection of group) {
        const into = this.#split.has(detection.id) ? this.foundedBy(detection) : undefined;
        if (into !== undefined) taken.set(into, [...(taken.get(into) ?? []), detection]);
      }
      if (stays.length > 0) rest.push(stays.length === group.length ? group : inOrder(stays));
    }
    return [...rest, ...[...taken.values()].map(inOrder)];
  }

  /** Puts groups back together that hold parts of one visible finding. */
  rejoin<G extends readonly Detection[]>(
    groups: readonly G[],
    inOrder: (detections: readonly Detection[]) => G,
  ): readonly G[] {
    const whole: G[] = [];
    const at = new Map<string, number>();
    for (const group of groups) {
      const ids = new Set(group.map((detection) => this.foundedBy(detection)).filter((id) => id !== undefined));
      const places = [...new Set([...ids].map((id) => at.get(id)).filter((place) => place !== undefined))];
      const [place = whole.length] = places;
      whole[place] =
        places.length === 0 ? group : inOrder([...places.flatMap((one) => [...(whole[one] ?? [])]), ...group]);
      // Only one place can hold a finding already seen, unless this group ties two of them: then the first keeps all.
      for (const other of places.slice(1)) whole[other] = inOrder([]);
      for (const detection of whole[place] ?? []) {
        const id = this.foundedBy(detection);
        if (id !== undefined) at.set(id, place);
      }
    }
    return whole.filter((group) => group.length > 0);
  }
}
