import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { type Company, DAY_MS, Habits, type Novelty } from './habits.ts';
import { Held } from './held.ts';
import { Peers } from './peers.ts';
import type { Sighting } from './sighting.ts';

const WORTH = 0.05;
const kinds: ReadonlySet<ActivityKind> = new Set(['process_start', 'logon', 'share_access']);

type Subject = readonly ['user' | 'host', string];

/** Users are users' peers, hosts are hosts'. */
const scopeOf = (tenant: string, kind: Subject[0]): string => `${tenant}\n${kind}`;

/** What was done, in words and as a key; whether it shows whom one is like (programs and shares do, which host one works at does not). */
function deedOf({ kind, image, host, object }: Sighting): { what: string; isTelling: boolean } | undefined {
  if (kind === 'process_start') return image === undefined ? undefined : { what: `ran ${image}`, isTelling: true };
  if (kind === 'share_access') return object === undefined ? undefined : { what: `opened ${object}`, isTelling: true };
  return host === undefined ? undefined : { what: `logged on to ${host}`, isTelling: false };
}

/**
 * What a user's or a host's peers never do. Peers are who uses the same programs and shares (`Peers`: learned weekly from behaviour, at least
 * eight of them). p: the share of such an entity's days with something new to it that as few of its peers do (`NoveltyRate`). Without company
 * it says nothing. Memory: at most 50 MB.
 */
class PeerGroup implements Baseline {
  readonly name = 'peer-group';
  readonly title = 'Does what none of its peers does';
  readonly level = 'low';
  readonly techniques = [];
  readonly tactics = [];
  readonly falsePositives = ['A new duty', 'An administrator who helps out at a desk'];
  readonly youngDays = 14;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #habits = new Habits(0x81, { pairs: 360_000, entities: 90_000, things: 90_000, youngDays: 14 });
  readonly #peers = new Peers(0x82, { entities: 90_000, deeds: 360_000, groups: 2048 });

  readonly #held = new Held();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const deed = deedOf(sighting);
    if (deed === undefined || sighting.outcome === 'failure') return [];
    const { user, host, kind } = sighting;
    const ofUser = user === undefined ? undefined : this.#judge(sighting, ['user', user], deed);
    const ofHost =
      host === undefined || kind !== 'process_start' ? undefined : this.#judge(sighting, ['host', host], deed);
    // What the user's peers never do is the better sentence; its host's would say the same again.
    const said = ofUser ?? ofHost;
    return said === undefined ? [] : this.#held.hold(said, [`${ofUser === undefined ? 'host' : 'user'}\n${deed.what}`]);
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    return this.#held.due(tenant, hour, (thing, at) => {
      const end = thing.indexOf('\n');
      return this.#habits.isRollout(
        scopeOf(tenant, thing.startsWith('user') ? 'user' : 'host'),
        thing.slice(end + 1),
        at,
      );
    });
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities)
      if (kind === 'user' || kind === 'host') this.#habits.unlearn(scopeOf(tenant, kind), value, from, to);
  }

  get bytes(): number {
    return this.#habits.bytes + this.#peers.bytes + this.#held.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#habits.pages('habits|');
    yield* this.#peers.pages('peers|');
    yield* this.#held.pages('');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#habits.restore('habits|', pages);
    this.#peers.restore('peers|', pages);
    this.#held.restore('', pages);
  }

  #judge(
    sighting: Sighting,
    subject: Subject,
    { what, isTelling }: { what: string; isTelling: boolean },
  ): Surprise | undefined {
    const { last } = sighting;
    const [kind, who] = subject;
    const scope = scopeOf(sighting.tenant, kind);
    const day = Math.floor(last / DAY_MS);
    const company = this.#peers.company(scope, who, what);
    const novelty = this.#habits.see(scope, who, what, last, company);
    if (isTelling) this.#peers.learn(scope, who, what, day);
    this.#peers.did(scope, who, what, day);
    if (novelty === undefined || company === undefined || novelty.p > WORTH) return undefined;
    return this.#say(sighting, subject, what, novelty, company);
  }

  #say(sighting: Sighting, [kind, value]: Subject, what: string, novelty: Novelty, company: Company): Surprise {
    const { tenant, last } = sighting;
    const { days, activeDays, others, known, newDays, p } = novelty;
    const { doing, members } = company;
    return {
      baseline: this.name,
      tenant,
      key: `${kind} ${value}|${what}`,
      at: last,
      p,
      text: `${kind} ${value} ${what} for the first time in ${days} days; ${doing} of ${members} peers of ${value} (who use the same programs) do this, and ${others} of ${known} ${kind}s in all`,
      numbers: {
        days,
        activeDays,
        peersDoing: doing,
        peers: members,
        others,
        known,
        newDays: Math.round(newDays * 10) / 10,
        tenantDays: this.#past.days(tenant),
      },
      entities: [{ kind, value }],
      sightings: [sighting],
    };
  }
}

export const peerGroup: MakeBaseline = (past) => new PeerGroup(past);
