import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { type Company, DAY_MS, Habits, type Novelty } from './habits.ts';
import { Held } from './held.ts';
import { Peers } from './peers.ts';
import type { Sighting } from './sighting.ts';

const WORTH = 0.05;
const kinds: ReadonlySet<ActivityKind> = new Set(['api_call', 'account_change']);
const role = ':assumed-role/';

/** A role's sessions are the role, whatever they are called, unless they are named after a person. */
function callerOf(principal: string): string {
  const start = principal.indexOf(role);
  if (start === -1 || principal.includes('@')) return principal;
  const end = principal.indexOf('/', start + role.length);
  return end === -1 ? principal : principal.slice(0, end);
}

/**
 * An API call new to a cloud principal, held against what its peers (who make the same calls; `Peers`) or, where it has no company,
 * all principals do. p: the share of such a principal's days with a call that is new to it and made by as few others (`NoveltyRate`): a
 * principal that often does something new has its own high rate. A call that five others began with in the same week is a rollout.
 * Memory: at most 36 MB.
 */
class ApiCall implements Baseline {
  readonly name = 'api-call';
  readonly title = 'API call never made before by this principal or its peers';
  readonly level = 'low';
  readonly techniques = ['T1078.004'];
  readonly tactics = ['initial-access'];
  readonly falsePositives = ['A new duty or service', 'An engineer looking into a fault'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #habits = new Habits(0x71, { pairs: 360_000, entities: 45_000, things: 45_000, youngDays: 7 });
  readonly #peers = new Peers(0x72, { entities: 45_000, deeds: 360_000, groups: 1024 });

  readonly #held = new Held();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, principal, action, object, last } = sighting;
    if (principal === undefined || action === undefined) return [];
    const who = callerOf(principal);
    const what = object === undefined ? action : `${object} ${action}`;
    const day = Math.floor(last / DAY_MS);
    const company = this.#peers.company(tenant, who, what);
    const novelty = this.#habits.see(tenant, who, what, last, company);
    this.#peers.learn(tenant, who, what, day);
    this.#peers.did(tenant, who, what, day);
    return novelty === undefined || novelty.p > WORTH
      ? []
      : this.#held.hold(this.#say(sighting, who, what, novelty, company), [what]);
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    return this.#held.due(tenant, hour, (thing, at) => this.#habits.isRollout(tenant, thing, at));
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities)
      if (kind === 'cloud_principal') this.#habits.unlearn(tenant, callerOf(value), from, to);
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

  #say(sighting: Sighting, who: string, what: string, novelty: Novelty, company: Company | undefined): Surprise {
    const { tenant, last, principal, outcome } = sighting;
    const { days, activeDays, others, known, newDays, p } = novelty;
    const peers =
      company === undefined ? '' : `${company.doing} of ${company.members} peers (who make the same calls) and `;
    const refused = outcome === 'failure' ? ' (refused)' : '';
    return {
      baseline: this.name,
      tenant,
      key: `${who}|${what}`,
      at: last,
      p,
      text: `first time in ${days} days (${activeDays} of them with calls) that ${who} called ${what}${refused}; ${peers}${others} of ${known} principals ever did`,
      numbers: {
        days,
        activeDays,
        others,
        principals: known,
        ...(company === undefined ? {} : { peersDoing: company.doing, peers: company.members }),
        newDays: Math.round(newDays * 10) / 10,
        tenantDays: this.#past.days(tenant),
      },
      entities: [{ kind: 'cloud_principal', value: principal ?? who }],
      sightings: [sighting],
    };
  }
}

export const apiCall: MakeBaseline = (past) => new ApiCall(past);
