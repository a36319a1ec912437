import type { Activity, SourceEvent } from '../contracts/event.ts';

/** One event as kept for questions: what it says happened, and where it was read. */
export interface EventFact {
  readonly id: string;
  readonly time: number;
  readonly lens: string;
  readonly file: string;
  readonly line: number;
  readonly activity: Activity;
}

/** A process as its start event (or, failing that, later mentions) describe it. */
export interface ProcessFact {
  readonly key: string;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly image: string | undefined;
  readonly commandLine: string | undefined;
  readonly parentKey: string | undefined;
  /** Start event, if it is at hand. */
  readonly event: string | undefined;
  readonly startedAt: number | undefined;
  readonly children: readonly string[];
}

/** In how many of the places that could show it something was seen. */
export interface Prevalence {
  readonly seenOn: number;
  readonly outOf: number;
  readonly times: number;
}

/**
 * Read-only questions over one tenant's events: what triage and investigation may ask. Answers are bounded; nothing in it
 * changes anything.
 */
export interface EventLake {
  readonly size: number;
  event(id: string): EventFact | undefined;
  process(key: string): ProcessFact | undefined;
  /** Events in [from, to] by time, oldest first: the first `limit` of them, or the last where `newest`. */
  ofHost(host: string, from: number, to: number, limit: number): readonly EventFact[];
  ofUser(user: string, from: number, to: number, limit: number, newest?: boolean): readonly EventFact[];
  ofPrincipal(principal: string, from: number, to: number, limit: number, newest?: boolean): readonly EventFact[];
  /** Events of one feed in [from, to], oldest first: the last `limit` of them. Reads all that is at hand; not for every story. */
  ofSource(source: string, from: number, to: number, limit: number): readonly EventFact[];
  /** Network connections of a process, oldest first. */
  connectionsOf(process: string, limit: number): readonly EventFact[];
  /** Remote logons (network, RDP) that arrived on a host in [from, to]. */
  logonsTo(host: string, from: number, to: number): readonly EventFact[];
  /** Hosts on which an executable name has run, of all hosts that reported processes. */
  imagePrevalence(image: string): Prevalence;
  /** Hosts on which parent started child, of all hosts that reported processes. */
  lineagePrevalence(parentImage: string, image: string): Prevalence;
  /** Principals that called an API, of all principals. */
  callPrevalence(action: string): Prevalence;
  /** Hosts that talked to an address, of all hosts that reported connections. */
  addressPrevalence(address: string): Prevalence;
  /** Principals or accounts that acted from an address and were not refused (cloud and identity records), of all. */
  callerPrevalence(address: string): Prevalence;
  /** Distinct people's accounts seen active on a host. */
  usersOn(host: string): number;
  /** Hosts that reported anything. */
  hostCount(): number;
  /** The one host known to own an address, or undefined where none or several do. */
  hostAt(address: string): string | undefined;
}

/** The writing side, fed once per batch by the workers. */
export interface EventLakeWriter {
  add(events: readonly SourceEvent[]): void;
}
