import type { Level } from './detection.ts';

/**
 * The event: one record from a source, as parsed, with the lens that reads it. Events live in the fast world:
 * plain objects, no schema, no promise each.
 */
export type JsonObject = { readonly [key: string]: unknown };

/** Where Sigma's logsource of a record points. `categories` is a set: Sysmon 13 is registry_set and registry_event. */
export interface EventOrigin {
  readonly product: string | undefined;
  readonly service: string | undefined;
  readonly categories: readonly string[];
}

/** A process as one record names it. `key` is host-scoped and stable: GUID where there is one, else host+pid(+start). */
export interface ProcessRef {
  readonly key: string | undefined;
  readonly pid: string | undefined;
  /** Full path as written, or a bare name. */
  readonly image: string | undefined;
  readonly commandLine: string | undefined;
}

export type ActivityKind =
  | 'process_start'
  | 'process_end'
  | 'process_access'
  | 'remote_thread'
  | 'image_load'
  | 'driver_load'
  | 'network'
  | 'dns'
  | 'file'
  | 'registry'
  | 'pipe'
  | 'wmi'
  | 'logon'
  | 'logon_failure'
  | 'logoff'
  | 'account_change'
  | 'service_install'
  | 'task'
  | 'script'
  | 'log_cleared'
  | 'share_access'
  | 'directory_access'
  | 'sign_in'
  | 'sign_in_failure'
  | 'api_call'
  | 'other';

/** Where on earth and by what network somebody came, as far as the record itself says so. */
export interface Whence {
  /** ISO 3166 code, or the record's own word; lower case. */
  readonly country: string | undefined;
  /** Autonomous system as the record names it. */
  readonly network: string | undefined;
  /** Degrees; both or neither. */
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
}

/**
 * What a record says happened, in one vocabulary: the few facts triage and investigation need.
 * Absent facts are undefined, never ''. Host: no domain, lower case. User: account name, no domain, lower case.
 */
export interface Activity {
  readonly kind: ActivityKind;
  readonly host: string | undefined;
  readonly user: string | undefined;
  /** The account acted on, where it differs from `user` (a password reset, a new member, a logon by 4648). */
  readonly targetUser: string | undefined;
  /** Logon session id as the host names it (Windows LogonId), lower case hex. */
  readonly logonId: string | undefined;
  readonly process: ProcessRef | undefined;
  readonly parent: ProcessRef | undefined;
  /** The process acted on (Sysmon 8 and 10). */
  readonly target: ProcessRef | undefined;
  readonly sourceAddress: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly domain: string | undefined;
  readonly file: string | undefined;
  readonly registryKey: string | undefined;
  /** Rights asked for or granted on `target`, as the mask was written (`0x1410`); process, file and key access only. */
  readonly access: string | undefined;
  /** Service, task, driver, pipe, share or WMI object named. */
  readonly object: string | undefined;
  /** Cloud: the principal (ARN, UPN, service principal) and what it touched. */
  readonly principal: string | undefined;
  readonly resource: string | undefined;
  /** API call, operation or event id in words a person knows: `CreateAccessKey`, `Sysmon 10`. */
  readonly action: string | undefined;
  readonly outcome: 'success' | 'failure' | undefined;
  /** The program that called, as it called itself (HTTP user agent, client application). */
  readonly userAgent: string | undefined;
  readonly whence: Whence | undefined;
}

/** One event in the fast world. */
export interface SourceEvent {
  /** hash(tenant, source, native record id | chained batch digest + ordinal); 32 lower-case hex digits. */
  readonly id: string;
  readonly record: JsonObject;
  readonly lens: Lens;
  readonly origin: EventOrigin;
  /**
   * Milliseconds since the epoch, UTC. Where the record has none (`timeSuspect`): at a live door the receipt time; in a replay,
   * which must give the same answer twice, the time of the record before it in its file, else after it, else 0.
   */
  readonly time: number;
  readonly timeSuspect: boolean;
  /** As given by the caller: the file (or `-`) and the 1-based line, or record number where records are not lines. */
  readonly file: string;
  readonly line: number;
  /** Bytes of the record as received. */
  readonly bytes: number;
  /** The record's text as received, where the door still has it; costs nothing while the batch lives. */
  readonly raw?: string;
  /** The JSON text that `record` was read from, whole and unchanged, where it is at hand: see sigma/event.ts. */
  readonly json?: string;
}

/** What another product says it detected, in its own words beside ours. */
export interface VendorAlert {
  /** Who says so, as ids name it: `suricata`, `wazuh`, `guardduty`. */
  readonly product: string;
  /** The product's own name of the rule or finding type that hit; its title where it names none. */
  readonly ruleId: string;
  /**
   * Which edition of that rule, as far as records show. The same in every alert until the vendor changes the rule: nothing that
   * differs from case to case, or a record earned by the rule would end with each of them.
   */
  readonly revision: string | undefined;
  readonly title: string;
  /** The product's severity on our scale; each lens documents its table. */
  readonly level: Level;
  /** Exactly as the product wrote it; `not given` where it wrote none. */
  readonly vendorSeverity: string;
  /** ATT&CK technique ids the record itself names, `T1003.001`; none is inferred. */
  readonly techniques: readonly string[];
  /** ATT&CK tactics the record itself names, as tags spell them. */
  readonly tactics: readonly string[];
}

/** How one source shape is read. Pure; never throws on any JSON object. */
export interface Lens {
  /** `nxlog`, `winlogbeat7`, `cloudtrail`, ..., `generic`: the names in src/lenses/index.ts. */
  readonly name: string;
  /** True when the record has this lens's shape. Lenses are tried in a fixed order; `generic` takes what is left. */
  matches(record: JsonObject): boolean;
  /** Epoch ms, UTC; undefined where the record has no readable time. */
  time(record: JsonObject): number | undefined;
  /** The record's own identity, unique within its source, or undefined. */
  nativeId(record: JsonObject): string | undefined;
  origin(record: JsonObject): EventOrigin;
  /**
   * A reader for one Sigma field name (case as in rules). Made once per field, called per event.
   * Returns undefined for a missing field; null, '' and arrays as they are.
   */
  reader(field: string): (record: JsonObject) => unknown;
  /** Visits every scalar value of the record, for keyword searches. Stops when `visit` returns true; returns whether it did. */
  someValue(record: JsonObject, visit: (value: unknown) => boolean): boolean;
  activity(record: JsonObject): Activity;
  /** Only lenses of products that detect: what the record reports, or undefined where it is no alert. Pure, as the rest. */
  alert?(record: JsonObject): VendorAlert | undefined;
}
