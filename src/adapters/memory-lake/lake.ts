import type { Activity, SourceEvent } from '../../contracts/event.ts';
import type { EventFact, EventLake, EventLakeWriter, Prevalence, ProcessFact } from '../../ports/event-lake.ts';
import { Habits } from './habits.ts';
import { Processes } from './processes.ts';
import { SeriesByKey } from './series.ts';

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
  readonly #makeArchive: (() => RawArchive) | undefined;
  #archive: RawArchive | undefined;
  #places = new Map<string, number>();
  #facts = new Map<string, EventFact>();
  #hosts = new SeriesByKey();
  #users = new SeriesByKey();
  #principals = new SeriesByKey();
  #connections = new SeriesByKey();
  #remoteLogons = new SeriesByKey();
  #processes = new Processes();
  readonly #habits: Habits;
  readonly #counts: boolean;

  /**
   * @param archive makes the place where raw records are kept, for a run that will be asked for them
   * @param habits what is usual, where that is counted over more than the events given here
   */
  constructor(archive?: () => RawArchive, habits?: Habits) {
    this.#makeArchive = archive;
    this.#archive = archive?.();
    this.#habits = habits ?? new Habits();
    this.#counts = habits === undefined;
  }

  get size(): number {
    return this.#facts.size;
  }

  /** Lets go of all events; what is usual stays known. */
  clear(): void {
    this.#archive = this.#makeArchive?.();
    this.#places = new Map();
    this.#facts = new Map();
    this.#hosts = new SeriesByKey();
    this.#users = new SeriesByKey();
    this.#principals = new SeriesByKey();
    this.#connections = new SeriesByKey();
    this.#remoteLogons = new SeriesByKey();
    this.#processes = new Processes();
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
    if (this.#counts) this.#habits.see(activity);
  }

  #index(fact: EventFact, activity: Activity): void {
    const { host, user, principal, process } = activity;
    if (host !== undefined) this.#hosts.add(host, fact);
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

  ofSource(source: string, from: number, to: number, limit: number): readonly EventFact[] {
    const found: EventFact[] = [];
    for (const fact of this.#facts.values())
      if (fact.file === source && fact.time >= from && fact.time <= to) found.push(fact);
    return found.sort((a, b) => a.time - b.time).slice(-limit);
  }

  connectionsOf(process: string, limit: number): readonly EventFact[] {
    return this.#connections.between(process, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, limit);
  }

  logonsTo(host: string, from: number, to: number): readonly EventFact[] {
    return this.#remoteLogons.between(host, from, to, Number.POSITIVE_INFINITY);
  }

  imagePrevalence(image: string): Prevalence {
    return this.#habits.imagePrevalence(image);
  }

  lineagePrevalence(parentImage: string, image: string): Prevalence {
    return this.#habits.lineagePrevalence(parentImage, image);
  }

  callPrevalence(action: string): Prevalence {
    return this.#habits.callPrevalence(action);
  }

  addressPrevalence(address: string): Prevalence {
    return this.#habits.addressPrevalence(address);
  }

  callerPrevalence(address: string): Prevalence {
    return this.#habits.callerPrevalence(address);
  }

  usersOn(host: string): number {
    return this.#habits.usersOn(host);
  }

  hostCount(): number {
    return this.#habits.hostCount();
  }

  hostAt(address: string): string | undefined {
    return this.#habits.hostAt(address);
  }
}
