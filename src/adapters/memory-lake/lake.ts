import type { Activity, SourceEvent } from '../../contracts/event.ts';
import { baseName, isBuiltInAccount } from '../../contracts/names.ts';
import type { EventFact, EventLake, EventLakeWriter, Prevalence, ProcessFact } from '../../ports/event-lake.ts';
import { Processes } from './processes.ts';
import { SeriesByKey } from './series.ts';
import { Spread } from './spread.ts';

/** Raw records by number, in as little memory as they can be held in. */
export interface RawArchive {
  append(raw: string): number;
  read(place: number): string;
}

/**
 * The event lake for one run on one machine: facts in memory, indexed by host, user, principal and process. It holds
 * what is read until the run ends, some hundreds of bytes an event; the Parquet lake takes its place past that.
 */
export class MemoryLake implements EventLake, EventLakeWriter {
  readonly #archive: RawArchive | undefined;
  readonly #places = new Map<string, number>();
  readonly #facts = new Map<string, EventFact>();
  readonly #hosts = new SeriesByKey();
  readonly #users = new SeriesByKey();
  readonly #principals = new SeriesByKey();
  readonly #connections = new SeriesByKey();
  readonly #remoteLogons = new SeriesByKey();
  readonly #processes = new Processes();
  readonly #images = new Spread();
  readonly #lineages = new Spread();
  readonly #calls = new Spread();
  readonly #addresses = new Spread();
  readonly #callers = new Spread();
  readonly #hostUsers = new Spread();
  readonly #seenHosts = new Set<string>();
  readonly #ownAddresses = new Spread();

  /** @param archive where raw records are kept, for a run that will be asked for them */
  constructor(archive?: RawArchive) {
    this.#archive = archive;
  }

  get size(): number {
    return this.#facts.size;
  }

  add(events: readonly SourceEvent[]): void {
    for (const event of events) this.#see(event);
  }

  #see(event: SourceEvent): void {
    // Read again, resent, or in two files: counts once.
    if (this.#facts.has(event.id)) return;
    const activity = event.lens.activity(event.record);
    const fact: EventFact = {
      id: event.id,
      time: event.time,
      lens: event.lens.name,
      file: event.file,
      line: event.line,
      activity,
    };
    this.#facts.set(event.id, fact);
    if (this.#archive !== undefined)
      this.#places.set(event.id, this.#archive.append(event.raw ?? JSON.stringify(event.record)));
    this.#index(fact, activity);
    this.#count(activity);
  }

  #index(fact: EventFact, activity: Activity): void {
    const { host, user, principal, process } = activity;
    if (host !== undefined) {
      this.#hosts.add(host, fact);
      this.#seenHosts.add(host);
    }
    if (user !== undefined) this.#users.add(user, fact);
    if (principal !== undefined) this.#principals.add(principal, fact);
    if (process?.key !== undefined) {
      if (activity.kind === 'network') this.#connections.add(process.key, fact);
      this.#processes.see(fact);
    }
    if (host !== undefined && activity.kind === 'logon' && activity.sourceAddress !== undefined) {
      this.#remoteLogons.add(host, fact);
    }
  }

  #count(activity: Activity): void {
    const { host, user, principal } = activity;
    if (host !== undefined) {
      this.#countOnHost(host, activity);
      if (user !== undefined && !isBuiltInAccount(user)) {
        this.#hostUsers.see(host, user);
      }
    }
    const caller = principal ?? (host === undefined ? user : undefined);
    // Failures do not make an address a gateway: a spray fails as many accounts.
    if (caller !== undefined && activity.sourceAddress !== undefined && activity.outcome !== 'failure')
      this.#callers.see(activity.sourceAddress, caller);
    if (principal !== undefined && activity.action !== undefined) this.#calls.see(activity.action, principal);
  }

  #countOnHost(host: string, activity: Activity): void {
    if (activity.kind === 'process_start' && activity.process?.image !== undefined) {
      const image = baseName(activity.process.image);
      this.#images.see(image, host);
      if (activity.parent?.image !== undefined) this.#lineages.see(`${baseName(activity.parent.image)}>${image}`, host);
    }
    if (activity.kind === 'network') {
      if (activity.remoteAddress !== undefined) this.#addresses.see(activity.remoteAddress, host);
      if (activity.sourceAddress !== undefined) this.#ownAddresses.see(activity.sourceAddress, host);
    }
  }

  event(id: string): EventFact | undefined {
    return this.#facts.get(id);
  }

  /** An event with its raw record; undefined where it is not at hand or raw records are not kept. */
  withRaw(id: string): { fact: EventFact; raw: string } | undefined {
    const fact = this.#facts.get(id);
    const place = this.#places.get(id);
    if (fact === undefined || place === undefined || this.#archive === undefined) return undefined;
    return { fact, raw: this.#archive.read(place) };
  }

  process(key: string): ProcessFact | undefined {
    return this.#processes.get(key);
  }

  ofHost(host: string, from: number, to: number, limit: number): readonly EventFact[] {
    return this.#hosts.between(host, from, to, limit);
  }

  ofUser(user: string, from: number, to: number, limit: number, newest = false): readonly EventFact[] {
    return this.#users.between(user, from, to, limit, newest);
  }

  ofPrincipal(principal: string, from: number, to: number, limit: number, newest = false): readonly EventFact[] {
    return this.#principals.between(principal, from, to, limit, newest);
  }

  connectionsOf(process: string, limit: number): readonly EventFact[] {
    return this.#connections.between(process, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, limit);
  }

  logonsTo(host: string, from: number, to: number): readonly EventFact[] {
    return this.#remoteLogons.between(host, from, to, Number.POSITIVE_INFINITY);
  }

  imagePrevalence(image: string): Prevalence {
    return this.#images.of(baseName(image));
  }

  lineagePrevalence(parentImage: string, image: string): Prevalence {
    return this.#lineages.of(`${baseName(parentImage)}>${baseName(image)}`);
  }

  callPrevalence(action: string): Prevalence {
    return this.#calls.of(action);
  }

  addressPrevalence(address: string): Prevalence {
    return this.#addresses.of(address);
  }

  callerPrevalence(address: string): Prevalence {
    return this.#callers.of(address);
  }

  usersOn(host: string): number {
    return this.#hostUsers.of(host).seenOn;
  }

  hostCount(): number {
    return this.#seenHosts.size;
  }

  hostAt(address: string): string | undefined {
    return this.#ownAddresses.only(address);
  }
}
