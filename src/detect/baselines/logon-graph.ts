import type { Entity } from '../../contracts/entity.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { LogonEdges, type NewEdge } from './logon-edges.ts';
import type { Sighting } from './sighting.ts';

const DAY = 86_400_000;
const WORTH_SAYING = 0.01;
const graphs = ['account', 'source'] as const;

interface Edge {
  readonly graph: (typeof graphs)[number];
  readonly from: Entity;
  readonly to: string;
}

const NOTHING: readonly Surprise[] = [];

/**
 * First logons that the graph so far makes unlikely: of an account on a host, and from one host or address on another. See `LogonEdges`
 * for what unlikely means and where p comes from. Accounts, sources and hosts known for less than a week are not spoken of: a new
 * employee's first logons and a new server's first guests are what they are. Who goes everywhere, and where everyone goes, brings new
 * edges by habit.
 */
class LogonGraph implements Baseline {
  readonly name = 'logon-graph';
  readonly title = 'First logon of an account or source on a host that its habits make unlikely';
  readonly level = 'low';
  readonly techniques = ['T1021', 'T1078'];
  readonly tactics = ['lateral-movement', 'initial-access'];
  readonly falsePositives = [
    'Somebody who changes department or takes over a task',
    "An administrator's first visit to a server",
    'An address that another machine has now',
  ];
  readonly youngDays = 21;
  readonly kinds = new Set(['logon'] as const);
  readonly #past: Past;
  readonly #edges = new LogonEdges();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    if (sighting.outcome === 'failure') return NOTHING;
    const { tenant, first } = sighting;
    const day = Math.floor(first / DAY);
    const isYoung = this.#past.days(tenant) < this.youngDays;
    let said = NOTHING;
    for (const edge of edgesOf(sighting)) {
      const found = this.#edges.see(tenant, edge.graph, edge.from.value, edge.to, day);
      if (found === undefined || found === 'young' || isYoung || found.p > WORTH_SAYING) continue;
      said = [...said, this.#say(sighting, edge, found)];
    }
    return said;
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    const [first, last] = [Math.floor(from / DAY), Math.floor(to / DAY)];
    const hosts = entities.filter(({ kind }) => kind === 'host');
    for (const one of entities) {
      for (const { value } of hosts) {
        const graph = one.kind === 'user' ? 'account' : 'source';
        this.#edges.unlearn(tenant, graph, one.value, value, first, last);
      }
    }
  }

  get bytes(): number {
    return this.#edges.bytes;
  }

  pages(): Iterable<readonly [string, Uint8Array]> {
    return this.#edges.pages();
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#edges.restore(pages);
  }

  #say(sighting: Sighting, { graph, from, to }: Edge, found: NewEdge): Surprise {
    const { tenant } = sighting;
    // Rarer than once in all the days there are is not known.
    const every = (rate: number) => Math.max(1, Math.round(Math.min(1 / rate, found.nodeDays)));
    const numbers = {
      fromDays: found.fromDays,
      newHostEveryDays: every(found.fromRate),
      newGuestEveryDays: every(found.toRate),
      usualGuests: found.sampled,
      usualGuestsInCommon: found.sharing,
      nodeDays: Math.round(found.nodeDays),
      asUnlikely: Math.round(found.asUnlikely),
      tenantDays: this.#past.days(tenant),
    };
    const what = graph === 'account' ? 'account' : 'source';
    const did =
      graph === 'account' ? `${from.value} logged on to ${to}` : `somebody logged on to ${to} from ${from.value}`;
    const text =
      `${did} for the first time in ${numbers.fromDays} days: this ${what} comes to a new host on at most one day in ` +
      `${numbers.newHostEveryDays}, the host sees a new ${what} on at most one in ${numbers.newGuestEveryDays}, and ` +
      `${numbers.usualGuestsInCommon} of ${numbers.usualGuests} of its usual ones share a host with this one; of about ` +
      `${numbers.nodeDays} days of ${what}s ${numbers.asUnlikely} brought a first logon as unlikely`;
    const user = sighting.targetUser ?? sighting.user;
    const entities: Entity[] = [from, { kind: 'host', value: to }];
    if (graph === 'source' && user !== undefined) entities.push({ kind: 'user', value: user });
    const key = `${graph}|${from.value}|${to}|${Math.floor(sighting.first / DAY)}`;
    return {
      baseline: this.name,
      tenant,
      key,
      at: sighting.first,
      p: found.p,
      text,
      numbers,
      entities,
      sightings: [sighting],
    };
  }
}

/** Of a logon with another account's password the host is where it starts, and `object` where it leads; else `object` is the caller's name. */
function edgesOf({ host, user, targetUser, object, sourceAddress }: Sighting): readonly Edge[] {
  const isOutward = targetUser !== undefined && object !== undefined && sourceAddress === undefined;
  const to = isOutward ? object : host;
  if (to === undefined) return [];
  const edges: Edge[] = [];
  const account = isOutward ? targetUser : user;
  if (account !== undefined) edges.push({ graph: 'account', from: { kind: 'user', value: account }, to });
  const source = isOutward ? host : sourceAddress === undefined ? undefined : (object ?? sourceAddress);
  if (source !== undefined && source !== to) {
    const isHost = isOutward || object !== undefined;
    edges.push({ graph: 'source', from: { kind: isHost ? 'host' : 'address', value: source }, to });
  }
  return edges;
}

export const logonGraph: MakeBaseline = (past) => new LogonGraph(past);
