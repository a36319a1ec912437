import { shrunkShare, weightOf } from './fading.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const SEED = 0x6c67;
/** Days after which a node's new edges say something about it. */
const GROWN = 7;
/** Days at the tenant's mean that a node's own are weighed against. */
const PRIOR = 5;
/** Partners beyond which a node is a hub: to have it in common says nothing. Of n nodes on the other side, as many as this. */
const hubOf = (n: number): number => Math.max(8, 2 * Math.sqrt(n));
/** What it adds to the unlikeliness (decades) that the two sides have nobody in common. */
const STRANGERS = 1;
/** Classes of unlikeliness, a fifth of a decade each. */
const CLASSES = 60;
const partners = ['p0', 'p1', 'p2', 'p3'] as const;

/** An edge seen for the first time, and what the graph so far makes of it. */
export interface NewEdge {
  /** How often a day of a node on the from side brings an edge at least as unlikely. */
  readonly p: number;
  /** New edges a day, of this node and of its new partner. */
  readonly fromRate: number;
  readonly toRate: number;
  /** Of so many of the new partner's usual partners that are no hubs, so many share one of those of this node. */
  readonly sampled: number;
  readonly sharing: number;
  /** Days of nodes on the from side, faded, and those of them that brought an edge as unlikely. */
  readonly nodeDays: number;
  readonly asUnlikely: number;
  /** Days since this node was first seen. */
  readonly fromDays: number;
}

/**
 * Who reaches whom, as far as first times go. How unlikely an edge is: new edges that its two ends would bring together by their own
 * habits, r(from) r(to) / m a day (the configuration model of Chung and Lu 2002 on new edges; rates per day, shrunk to the mean), and a
 * decade less where no usual partner of the one shares a usual partner of the other, hubs aside (closed triangles, Liben-Nowell and
 * Kleinberg 2007). How often that is: the share of days of grown nodes in this graph that brought an edge as unlikely, which needs no model
 * to be right; at least the rate of new edges of this very node times the share of new edges that are as unlikely. A node brings one new
 * edge a day at most into rates and shares, its most unlikely. Half-life 30 days. Names are 32-bit hashes: of 700,000 some sixty pairs
 * share a row.
 */
export class LogonEdges {
  readonly #nodes = new KeyTable(
    {
      fresh: 'f64',
      days: 'f64',
      since: 'u16',
      seenDay: 'u16',
      freshDay: 'u16',
      class: 'u8',
      degree: 'u16',
      p0: 'u32',
      p1: 'u32',
      p2: 'u32',
      p3: 'u32',
    },
    734_000,
  );
  readonly #edges = new KeyTable({ since: 'u16' }, 1_468_000);
  /** Of a graph: new edges, days of nodes on either side, days; and days by class of their most unlikely edge. */
  readonly #sums = new KeyTable({ sum: 'f64', day: 'u16' }, 183_000);

  /** @returns undefined where the edge is known, `young` where either end is known for less than a week and nothing of its habits */
  see(tenant: string, graph: string, from: string, to: string, day: number): NewEdge | 'young' | undefined {
    const [a, b] = [idOf(tenant, graph, 'from', from), idOf(tenant, graph, 'to', to)];
    const [sinceA, sinceB] = [this.#meet(tenant, graph, 'from', a, day), this.#meet(tenant, graph, 'to', b, day)];
    this.#once(tenant, graph, 'days', day);
    const edge = this.#edges.take(edgeOf(a, b), day);
    if (!this.#edges.isNew) return undefined;
    this.#edges.column('since')[edge] = day;
    const isYoung = day - sinceA < GROWN || day - sinceB < GROWN;
    const found = isYoung ? undefined : this.#judge(tenant, graph, a, b, day);
    if (found !== undefined) this.#learn(tenant, graph, a, b, day, found.class);
    this.#join(a, b);
    this.#join(b, a);
    return found === undefined ? 'young' : { ...found, fromDays: day - sinceA };
  }

  /** Takes out an edge made in those days, and what it taught. */
  unlearn(tenant: string, graph: string, from: string, to: string, first: number, last: number): void {
    const [a, b] = [idOf(tenant, graph, 'from', from), idOf(tenant, graph, 'to', to)];
    const edge = this.#edges.find(edgeOf(a, b));
    const made = edge === -1 ? 0 : (this.#edges.column('since')[edge] ?? 0);
    if (made < first || made > last || made === 0) return;
    this.#edges.drop(edgeOf(a, b));
    for (const [id, partner] of [
      [a, b],
      [b, a],
    ] as const) {
      const slot = this.#nodes.find(nodeOf(id));
      if (slot === -1) continue;
      for (const place of partners)
        if (this.#nodes.column(place)[slot] === partner) this.#nodes.column(place)[slot] = 0;
      const degree = this.#nodes.column('degree');
      degree[slot] = Math.max(0, (degree[slot] ?? 0) - 1);
      if (this.#nodes.column('freshDay')[slot] !== made) continue;
      this.#nodes.column('freshDay')[slot] = 0;
      const fresh = this.#nodes.column('fresh');
      fresh[slot] = Math.max(0, (fresh[slot] ?? 0) - weightOf(made));
      if (id !== a) continue;
      this.#add(tenant, graph, 'edges', made, -1);
      this.#add(tenant, graph, `class ${this.#nodes.column('class')[slot]}`, made, -1);
    }
  }

  get bytes(): number {
    return this.#nodes.bytes + this.#edges.bytes + this.#sums.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#nodes.pages('nodes');
    yield* this.#edges.pages('edges');
    yield* this.#sums.pages('sums');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#nodes.restore('nodes', pages);
    this.#edges.restore('edges', pages);
    this.#sums.restore('sums', pages);
  }

  /** The day since which a node is known. */
  #meet(tenant: string, graph: string, side: string, id: number, day: number): number {
    const slot = this.#nodes.take(nodeOf(id), day);
    const [since, seenDay, days] = [
      this.#nodes.column('since'),
      this.#nodes.column('seenDay'),
      this.#nodes.column('days'),
    ];
    if (this.#nodes.isNew) {
      since[slot] = day;
      this.#add(tenant, graph, `${side} nodes`, 0, 1);
    }
    if (day > (seenDay[slot] ?? 0)) {
      seenDay[slot] = day;
      if (day - (since[slot] ?? day) >= GROWN) {
        days[slot] = (days[slot] ?? 0) + weightOf(day);
        this.#add(tenant, graph, `${side} days`, day, 1);
      }
    }
    return since[slot] ?? day;
  }

  #judge(tenant: string, graph: string, a: number, b: number, day: number) {
    const sum = (of: string) => this.#sum(tenant, graph, of, day);
    const [edges, fromDays, toDays] = [sum('edges'), sum('from days'), sum('to days')];
    const rate = (id: number, days: number) => {
      const slot = this.#nodes.find(nodeOf(id));
      const faded = (of: 'fresh' | 'days') => (this.#nodes.column(of)[slot] ?? 0) / weightOf(day);
      return shrunkShare(faded('fresh'), faded('days'), { share: (edges + 0.5) / (days + 1), weight: PRIOR });
    };
    const [fromRate, toRate] = [rate(a, fromDays), rate(b, toDays)];
    const { sampled, sharing } = this.#common(tenant, graph, a, b);
    const perDay = (edges + 0.5) / (sum('days') + 1);
    const unlikely =
      -Math.log10((fromRate * toRate) / perDay) + (sharing > 0 ? 0 : sampled > 0 ? STRANGERS : STRANGERS / 2);
    const found = Math.max(0, Math.min(CLASSES - 1, Math.floor(5 * unlikely) + 10));
    let asUnlikely = 0;
    for (let at = found; at < CLASSES; at += 1) asUnlikely += sum(`class ${at}`);
    const ofEdges = Math.min(1, (asUnlikely + 0.5) / (edges + 1));
    const p = Math.min(1, Math.max((asUnlikely + 0.5) / (fromDays + 1), ofEdges * fromRate));
    return { p, class: found, fromRate, toRate, sampled, sharing, nodeDays: fromDays, asUnlikely };
  }

  #learn(tenant: string, graph: string, a: number, b: number, day: number, found: number): void {
    for (const id of [a, b]) {
      const slot = this.#nodes.find(nodeOf(id));
      const [fresh, freshDay, classes] = [
        this.#nodes.column('fresh'),
        this.#nodes.column('freshDay'),
        this.#nodes.column('class'),
      ];
      const isFirst = freshDay[slot] !== day;
      if (isFirst) {
        freshDay[slot] = day;
        fresh[slot] = (fresh[slot] ?? 0) + weightOf(day);
      }
      if (id !== a) continue;
      if (isFirst) this.#add(tenant, graph, 'edges', day, 1);
      else if (found > (classes[slot] ?? 0)) this.#add(tenant, graph, `class ${classes[slot]}`, day, -1);
      if (!isFirst && found <= (classes[slot] ?? 0)) continue;
      classes[slot] = found;
      this.#add(tenant, graph, `class ${found}`, day, 1);
    }
  }

  /** Usual partners of `b` that reach a usual partner of `a`. */
  #common(tenant: string, graph: string, a: number, b: number): { sampled: number; sharing: number } {
    const mine = this.#usual(a, hubOf(this.#sum(tenant, graph, 'from nodes', 0)));
    const its = this.#usual(b, hubOf(this.#sum(tenant, graph, 'to nodes', 0)));
    const sharing = its.filter((one) => one !== a && mine.some((to) => this.#edges.find(edgeOf(one, to)) !== -1));
    return { sampled: its.length, sharing: sharing.length };
  }

  #usual(id: number, hub: number): readonly number[] {
    const slot = this.#nodes.find(nodeOf(id));
    const known = partners.map((place) => this.#nodes.column(place)[slot] ?? 0).filter((partner) => partner !== 0);
    return known.filter((partner) => {
      const at = this.#nodes.find(nodeOf(partner));
      return at !== -1 && (this.#nodes.column('degree')[at] ?? 0) <= hub;
    });
  }

  /** Keeps four partners of a node, each as likely as another (Vitter's reservoir, with the names' hash for chance). */
  #join(id: number, partner: number): void {
    const slot = this.#nodes.find(nodeOf(id));
    const degree = this.#nodes.column('degree');
    const before = degree[slot] ?? 0;
    degree[slot] = Math.min(65_535, before + 1);
    const place = partners[before < partners.length ? before : (partner >>> 3) % (before + 1)];
    if (place !== undefined) this.#nodes.column(place)[slot] = partner;
  }

  #once(tenant: string, graph: string, of: string, day: number): void {
    const slot = this.#sums.take(keyHash(SEED, tenant, graph, of), day);
    const [sum, days] = [this.#sums.column('sum'), this.#sums.column('day')];
    if (day <= (days[slot] ?? 0)) return;
    days[slot] = day;
    sum[slot] = (sum[slot] ?? 0) + weightOf(day);
  }

  #add(tenant: string, graph: string, of: string, day: number, sign: 1 | -1): void {
    const slot = this.#sums.take(keyHash(SEED, tenant, graph, of), day);
    const sum = this.#sums.column('sum');
    sum[slot] = Math.max(0, (sum[slot] ?? 0) + sign * weightOf(day));
  }

  #sum(tenant: string, graph: string, of: string, day: number): number {
    const slot = this.#sums.find(keyHash(SEED, tenant, graph, of));
    return slot === -1 ? 0 : (this.#sums.column('sum')[slot] ?? 0) / weightOf(day);
  }
}

function idOf(tenant: string, graph: string, side: string, name: string): number {
  const { high, low } = keyHash(SEED, tenant, graph, side, name);
  return (low ^ Math.imul(high, 0x9e3779b1)) >>> 0 || 1;
}

function nodeOf(id: number): { high: number; low: number } {
  return { high: id, low: Math.imul(id, 0x85ebca6b) >>> 0 };
}

function edgeOf(from: number, to: number): { high: number; low: number } {
  return { high: from, low: (Math.imul(to, 0x9e3779b1) ^ from) >>> 0 };
}
