import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { type Disguise, disguiseOf } from './disguise.ts';
import { DAY_MS } from './habits.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import type { Sighting } from './sighting.ts';
import { Tails } from './value-tails.ts';

const WORTH = 0.05;
/** Less disguised is plain. */
const PLAIN = 1;
const BIN = 0.3;
/** What the wider norm is worth in days, beside those a host or a caller has itself. */
const SHRINK_CALLER = 20;
const SHRINK_HOST = 5;
const YOUNGEST = 20;
const kinds: ReadonlySet<ActivityKind> = new Set(['process_start']);

interface Norm {
  readonly p: number;
  /** Days of a host with the program, and those with a line as disguised: of all hosts, of its caller, of this host. */
  readonly days: number;
  readonly alike: number;
  readonly callerDays: number;
  readonly callerAlike: number;
  readonly hostDays: number;
  readonly hostAlike: number;
}

/**
 * Encoded or obfuscated command lines (`disguiseOf`), against the tenant's own norm. The unit is a host's day with a program, by its most
 * disguised line; p: the share of such days at least as disguised, of the host, shrunk toward those of the program under the same caller
 * (as 5 days), shrunk toward those of the program (as 20; `Tails`): what an administrator's tool always encodes is its norm, and what a host
 * does is its habit within days. One host's day counts once. Memory: at most 16 MB.
 */
class Obfuscation implements Baseline {
  readonly name = 'obfuscation';
  readonly title = 'Command line more disguised than the program ever had here';
  readonly level = 'medium';
  readonly techniques = ['T1027.010'];
  readonly tactics = ['defense-evasion'];
  readonly falsePositives = ['An administration tool that encodes its commands, when it is new'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #tails = new Tails(BIN, 45_000);
  readonly #programs = new KeyTable({ first: 'u16' }, 22_000);
  /** By host, program and caller: the day's highest score, in tenths. */
  readonly #days = new KeyTable({ today: 'u16', highest: 'u8' }, 180_000);
  /** By host and program: days, and of them those disguised to 1, 2, 4 and 6. */
  readonly #hosts = new KeyTable(
    { owner: 'u32', days: 'u16', last: 'u16', a1: 'u16', a2: 'u16', a4: 'u16', a6: 'u16' },
    180_000,
  );

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, image, commandLine, host, parent = '', last } = sighting;
    if (image === undefined || commandLine === undefined) return [];
    const day = Math.floor(last / DAY_MS);
    const name = host ?? sighting.user ?? '';
    const disguise = disguiseOf(commandLine);
    const tenths = Math.round(10 * disguise.score);
    const today = this.#days.take(keyHash(0xb1, tenant, name, image, parent), day);
    const [days, highest] = [this.#days.column('today'), this.#days.column('highest')];
    const isFirst = days[today] !== day;
    if (!isFirst && tenths <= (highest[today] ?? 0)) return [];
    const before = isFirst ? -1 : (highest[today] ?? 0);
    [days[today], highest[today]] = [day, tenths];
    const program = { ...keyHash(0xb2, tenant, image) };
    const caller = { ...keyHash(0xb3, tenant, image, parent) };
    const slot = this.#programs.take(program, day);
    const first = this.#programs.column('first');
    if (this.#programs.isNew) first[slot] = day;
    const age = day - (first[slot] ?? day);
    const norm = disguise.score >= PLAIN ? this.#norm(tenant, name, image, program, caller, disguise.score) : undefined;
    this.#tails.add(program, disguise.score, day);
    this.#tails.add(caller, disguise.score, day);
    this.#host(tenant, name, image, day, before / 10, disguise.score);
    if (norm === undefined || age < this.youngDays || norm.days < YOUNGEST || norm.p > WORTH) return [];
    return [this.#say(sighting, image, disguise, norm, age)];
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    const [first, last] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
    const owners = new Set(
      entities.flatMap(({ kind, value }) =>
        kind === 'host' || kind === 'user' ? [keyHash(0xb5, tenant, value).low] : [],
      ),
    );
    for (const slot of this.#hosts.slots()) {
      if (!owners.has(this.#hosts.column('owner')[slot] ?? 0)) continue;
      const when = this.#hosts.column('last')[slot] ?? 0;
      if (when < first || when > last) continue;
      // Its last day is in that time: the host's own norm begins anew, the program's stands.
      for (const name of ['days', 'a1', 'a2', 'a4', 'a6'] as const) this.#hosts.column(name)[slot] = 0;
    }
  }

  get bytes(): number {
    return this.#tails.bytes + this.#programs.bytes + this.#days.bytes + this.#hosts.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#tails.pages('tails');
    yield* this.#programs.pages('programs');
    yield* this.#days.pages('days');
    yield* this.#hosts.pages('hosts');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#tails.restore('tails', pages);
    this.#programs.restore('programs', pages);
    this.#days.restore('days', pages);
    this.#hosts.restore('hosts', pages);
  }

  #norm(tenant: string, host: string, image: string, program: KeyHash, caller: KeyHash, score: number): Norm {
    const wide = this.#tails.tail(program, score);
    const near = this.#tails.tail(caller, score);
    const callerAlike = near.count - near.below;
    const byCaller = (callerAlike + SHRINK_CALLER * wide.share) / (near.count + SHRINK_CALLER);
    const slot = this.#hosts.find(keyHash(0xb4, tenant, host, image));
    const hostDays = slot === -1 ? 0 : (this.#hosts.column('days')[slot] ?? 0);
    const hostAlike = slot === -1 ? 0 : (this.#hosts.column(classOf(score))[slot] ?? 0);
    const p = Math.min(1, (hostAlike + SHRINK_HOST * byCaller) / (hostDays + SHRINK_HOST));
    return {
      p,
      days: wide.count,
      alike: wide.count - wide.below,
      callerDays: near.count,
      callerAlike,
      hostDays,
      hostAlike,
    };
  }

  /** Counts a host's day by its most disguised line, from `before` (below 0: nothing yet today) to `score`. */
  #host(tenant: string, host: string, image: string, day: number, before: number, score: number): void {
    const slot = this.#hosts.take(keyHash(0xb4, tenant, host, image), day);
    const last = this.#hosts.column('last');
    this.#hosts.column('owner')[slot] = keyHash(0xb5, tenant, host).low;
    if ((last[slot] ?? 0) < day) {
      last[slot] = day;
      const days = this.#hosts.column('days');
      days[slot] = Math.min(65_535, (days[slot] ?? 0) + 1);
    }
    for (const [name, limit] of classes) {
      if (score < limit || before >= limit) continue;
      const column = this.#hosts.column(name);
      column[slot] = Math.min(65_535, (column[slot] ?? 0) + 1);
    }
  }

  #say(sighting: Sighting, image: string, disguise: Disguise, norm: Norm, age: number): Surprise {
    const { tenant, last, host, user, parent } = sighting;
    const { encoded, broken, assembled, entropy, flips, score } = disguise;
    const signs = [
      encoded > 0 ? `${encoded} characters of base64 that hide text` : '',
      broken > 1 ? `${broken} carets, backticks or quotes within words` : '',
      assembled > 1 ? `${assembled} pieces put together` : '',
      entropy > 4.7 ? `${entropy.toFixed(1)} bits a character in its longest word` : '',
      flips > 1 ? `${flips} changes of case within words` : '',
    ].filter((sign) => sign !== '');
    const under = parent === undefined ? '' : ` (${norm.callerAlike} of ${norm.callerDays} under ${parent})`;
    return {
      baseline: this.name,
      tenant,
      key: `${host ?? user ?? ''}|${image}|${Math.floor(last / DAY_MS)}|${Math.round(score)}`,
      at: last,
      p: norm.p,
      text: `${image} was started with ${signs.join(', ')}; in ${age} days ${norm.alike} of ${norm.days} days of a host with it had a line as disguised${under}, ${norm.hostAlike} of ${norm.hostDays} on this one`,
      numbers: {
        score: Number(score.toFixed(1)),
        encoded,
        broken,
        assembled,
        entropy: Number(entropy.toFixed(1)),
        flips,
        hostDaysOfAll: norm.days,
        alike: norm.alike,
        callerDays: norm.callerDays,
        callerAlike: norm.callerAlike,
        hostDays: norm.hostDays,
        hostAlike: norm.hostAlike,
        days: age,
        tenantDays: this.#past.days(tenant),
      },
      entities: [
        ...(host === undefined ? [] : [{ kind: 'host' as const, value: host }]),
        ...(user === undefined ? [] : [{ kind: 'user' as const, value: user }]),
      ],
      sightings: [sighting],
    };
  }
}

const classes = [
  ['a6', 6],
  ['a4', 4],
  ['a2', 2],
  ['a1', 1],
] as const;

function classOf(score: number): (typeof classes)[number][0] {
  return classes.find(([, limit]) => score >= limit)?.[0] ?? 'a1';
}

export const obfuscation: MakeBaseline = (past) => new Obfuscation(past);
