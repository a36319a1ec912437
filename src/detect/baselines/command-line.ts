import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { CharacterModel } from './character-model.ts';
import { DAY_MS } from './habits.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { plainLine } from './plain-line.ts';
import { type Pace, ProgramPace } from './program-pace.ts';
import { RecentLines } from './recent-lines.ts';
import type { Sighting } from './sighting.ts';
import { Tails } from './value-tails.ts';

const WORTH = 0.05;
const FORGET_DAYS = 90;
/** New lines of one program on one host that a day teaches, and that it is said of. */
const LEARNED_A_DAY = 16;
const SAID_A_DAY = 3;
/** Lines of all programs that a program's own are weighed against. */
const SHRINK_LINES = 20;
/** What more of the new lines are like is new, but not unlike the others. */
const UNLIKE = 0.1;
/** Bits a character that text has. */
const TEXT_BITS = 1.5;
/** Bits a character of a bin. */
const BIN = 0.25;
const SHORTEST = 4;
const kinds: ReadonlySet<ActivityKind> = new Set(['process_start']);

interface Judged {
  readonly p: number;
  /** Of new lines, those at least as unusual. */
  readonly share: number;
  readonly bits: number;
  readonly part: string;
  readonly pace: Pace;
  readonly earlier: number;
  readonly median: number;
}

/**
 * Command lines unlike any that a program had in the tenant, with what changes daily blanked (`plainLine`). A new line is judged by its
 * least usual 32 characters under a character model of the program's lines (`CharacterModel`; bits a character), against those of the
 * program's earlier new lines and, as though 20 of them, all programs' (`Tails`). p: the chance of one such line or more on a day of the
 * program, 1 - exp(-hosts with new lines a day x which of its host it is today x share as unusual). A new line teaches once, a known
 * one once a day, a host 16 lines a program a day to the model and one to the distribution. A program is watched for a week first. Memory: at most 23 MB.
 */
class CommandLine implements Baseline {
  readonly name = 'command-line';
  readonly title = 'Command line unlike any that the program had here';
  readonly level = 'low';
  readonly techniques = ['T1059'];
  readonly tactics = ['execution'];
  readonly falsePositives = ['A new script or option of an administrator', 'A new version that is started otherwise'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #model = new CharacterModel();
  readonly #lines = new KeyTable({}, 360_000);
  readonly #hosts = new KeyTable({ learned: 'u16', said: 'u8', today: 'u16' }, 180_000);
  readonly #pace = new ProgramPace(0xa1, 22_000);
  readonly #tails = new Tails(BIN, 22_000);
  readonly #recent = new RecentLines();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, image, commandLine, host, user, last } = sighting;
    if (image === undefined || commandLine === undefined || commandLine.length < SHORTEST) return [];
    const day = Math.floor(last / DAY_MS);
    const program = { ...keyHash(0xa0, tenant, image) };
    const pace = this.#pace.ran(tenant, program, day, this.youngDays);
    const line = plainLine(commandLine, [user, host]);
    const key = { ...lineKey(program.low, line) };
    const found = this.#lines.find(key);
    const lastDay = found === -1 ? 0 : this.#lines.day(found);
    if (found !== -1 && day - lastDay <= FORGET_DAYS) {
      this.#lines.take(key, day);
      if (day > lastDay) this.#model.count(program.low, line, 1, day);
      return [];
    }
    const slot = this.#today(tenant, host ?? '', image, day);
    const learned = this.#hosts.column('learned');
    const before = learned[slot] ?? 0;
    learned[slot] = Math.min(65_535, before + 1);
    const judged = this.#judge(tenant, program, line, pace, before + 1);
    if (before < LEARNED_A_DAY) this.#learn(sighting, program, key, line, day);
    if (before === 0 && pace.days >= this.youngDays) this.#weigh(tenant, program, judged.bits, day);
    const said = this.#hosts.column('said');
    if (pace.days < this.youngDays || judged.p > WORTH || judged.share > UNLIKE || (said[slot] ?? 0) >= SAID_A_DAY)
      return [];
    said[slot] = (said[slot] ?? 0) + 1;
    return [this.#say(sighting, image, judged)];
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    const [first, last] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
    for (const { kind, value } of entities) {
      if (kind !== 'host' && kind !== 'user') continue;
      const owner = keyHash(0xa2, tenant, kind, value).low;
      for (const { program, line } of this.#recent.take(owner, first, last)) {
        this.#model.count(program, line, -1, last);
        this.#lines.drop(lineKey(program, line));
      }
    }
  }

  get bytes(): number {
    return (
      this.#model.bytes +
      this.#lines.bytes +
      this.#hosts.bytes +
      this.#pace.bytes +
      this.#tails.bytes +
      this.#recent.bytes
    );
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#model.pages('model');
    yield* this.#lines.pages('lines');
    yield* this.#hosts.pages('hosts');
    yield* this.#pace.pages('pace');
    yield* this.#tails.pages('tails');
    yield* this.#recent.pages('recent');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#model.restore('model', pages);
    this.#lines.restore('lines', pages);
    this.#hosts.restore('hosts', pages);
    this.#pace.restore('pace', pages);
    this.#tails.restore('tails', pages);
    this.#recent.restore('recent', pages);
  }

  /** @param nth new line of the program on the host today: each is one more chance of a strange one */
  #judge(tenant: string, program: KeyHash, line: string, pace: Pace, nth: number): Judged {
    const { bits, end } = this.#model.loss(program.low, line);
    const own = this.#tails.tail(program, bits);
    const all = this.#tails.tail(keyHash(0xa3, tenant), bits);
    // Before there are others to compare with: an exponential of the bits that English text has (Shannon 1951).
    const prior = Math.exp(-bits / TEXT_BITS);
    const wide = (all.count * all.share + SHRINK_LINES * prior) / (all.count + SHRINK_LINES);
    const share = (own.count * own.share + SHRINK_LINES * wide) / (own.count + SHRINK_LINES);
    const p = Math.max(1e-12, -Math.expm1(-pace.aDay * nth * share));
    const part = line.slice(Math.max(0, end - 32), end);
    return { p, share, bits, part, pace, earlier: own.count, median: own.median };
  }

  #learn({ tenant, host, user }: Sighting, program: KeyHash, key: KeyHash, line: string, day: number): void {
    this.#lines.take(key, day);
    this.#model.count(program.low, line, 1, day);
    const owner = (kind: string, name: string | undefined) =>
      name === undefined ? 0 : keyHash(0xa2, tenant, kind, name).low;
    this.#recent.add(program.low, owner('host', host), owner('user', user), day, line);
  }

  /** A host's day counts once among what new lines are like and how many there are. */
  #weigh(tenant: string, program: KeyHash, bits: number, day: number): void {
    this.#pace.news(tenant, program);
    this.#tails.add(program, bits, day);
    this.#tails.add(keyHash(0xa3, tenant), bits, day);
  }

  /** The slot of a program on a host, its counts those of the day. */
  #today(tenant: string, host: string, image: string, day: number): number {
    const slot = this.#hosts.take(keyHash(0xa4, tenant, host, image), day);
    const today = this.#hosts.column('today');
    if (today[slot] !== day) {
      today[slot] = day;
      this.#hosts.column('learned')[slot] = 0;
      this.#hosts.column('said')[slot] = 0;
    }
    return slot;
  }

  #say(sighting: Sighting, image: string, { p, bits, part, pace, earlier, median }: Judged): Surprise {
    const { tenant, last, host, user } = sighting;
    const [each, usual] = [bits.toFixed(1), median.toFixed(1)];
    const compared =
      earlier === 0
        ? 'it had no other new one since its first week'
        : `${usual} in the middle of its ${earlier} earlier new ones`;
    return {
      baseline: this.name,
      tenant,
      key: `${image}|${host ?? ''}|${part}`,
      at: last,
      p,
      text: `in ${pace.days} days ${image} had no such command line: "${part}" costs ${each} bits a character, ${compared}; it has ${pace.aDay.toFixed(2)} new ones a day`,
      numbers: {
        bits: Number(each),
        medianBits: Number(usual),
        earlierNew: earlier,
        newADay: Number(pace.aDay.toFixed(2)),
        days: pace.days,
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

function lineKey(program: number, line: string): KeyHash {
  return keyHash(0xa5 + program, line);
}

export const commandLine: MakeBaseline = (past) => new CommandLine(past);
