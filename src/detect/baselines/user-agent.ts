import type { EntityKind } from '../../contracts/entity.ts';
import type { ActivityKind } from '../../contracts/event.ts';
import { agentFamily } from './agent-family.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { Habits, type Novelty } from './habits.ts';
import { Held } from './held.ts';
import type { Sighting } from './sighting.ts';

const WORTH = 0.05;
const kinds: ReadonlySet<ActivityKind> = new Set(['sign_in', 'sign_in_failure', 'api_call', 'network']);

/** Who sends a user agent: the account or principal; on the wire, where none is named, the machine. */
function senderOf({ principal, user, host, sourceAddress }: Sighting): readonly [EntityKind, string] | undefined {
  if (principal !== undefined) return ['cloud_principal', principal];
  if (user !== undefined) return ['user', user];
  if (host !== undefined) return ['host', host];
  return sourceAddress === undefined ? undefined : ['address', sourceAddress];
}

/**
 * A program by its user agent, new to who sends it, versions taken out (`agentFamily`): a browser that updates is the same. p: as in
 * `NoveltyRate`, the share of such a sender's days on which a program is new to it and known to as few others. What five others began
 * with in the same week is a rollout. Memory: at most 20 MB.
 */
class UserAgent implements Baseline {
  readonly name = 'user-agent';
  readonly title = 'User agent new to its sender';
  readonly level = 'low';
  readonly techniques = ['T1071.001'];
  readonly tactics = ['command-and-control'];
  readonly falsePositives = ['A newly installed program', 'A script that somebody tries out'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #habits = new Habits(0x61, { pairs: 360_000, entities: 90_000, things: 45_000, youngDays: 7 });

  readonly #held = new Held();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, userAgent, last } = sighting;
    const sender = senderOf(sighting);
    if (userAgent === undefined || sender === undefined) return [];
    const family = agentFamily(userAgent);
    const novelty = this.#habits.see(tenant, sender.join(' '), family, last);
    return novelty === undefined || novelty.p > WORTH
      ? []
      : this.#held.hold(this.#say(sighting, sender, family, novelty), [family]);
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    return this.#held.due(tenant, hour, (thing, at) => this.#habits.isRollout(tenant, thing, at));
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) this.#habits.unlearn(tenant, `${kind} ${value}`, from, to);
  }

  get bytes(): number {
    return this.#habits.bytes + this.#held.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#habits.pages('');
    yield* this.#held.pages('');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#habits.restore('', pages);
    this.#held.restore('', pages);
  }

  #say(
    sighting: Sighting,
    [kind, value]: readonly [EntityKind, string],
    family: string,
    { p, days, activeDays, others, known, newDays }: Novelty,
  ): Surprise {
    const { tenant, last, userAgent } = sighting;
    return {
      baseline: this.name,
      tenant,
      key: `${value}|${family}`,
      at: last,
      p,
      text: `first time in ${days} days (${activeDays} of them with user agents) that ${value} calls itself ${userAgent?.slice(0, 80)}; ${others} of ${known} others ever did`,
      numbers: {
        days,
        activeDays,
        others,
        senders: known,
        newDays: Math.round(newDays * 10) / 10,
        tenantDays: this.#past.days(tenant),
      },
      entities: [{ kind, value }],
      sightings: [sighting],
    };
  }
}

export const userAgent: MakeBaseline = (past) => new UserAgent(past);
