import type { SourceEvent } from './event.ts';

/** The function types that tuning needs of other stages; host passes them in. */

/** An event as it is kept with a finding or in the lake. */
export interface KeptRecord {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly raw: string;
}

/** Reads a kept event again; undefined where its record cannot be read any more. */
export type ReadKept = (kept: KeptRecord) => SourceEvent | undefined;

/** An event of the past as the lake has it; `raw` is null where the record was given up to save room. */
export interface PastEvent {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly host: string | null;
  readonly raw: string | null;
}

/** Stored events of a tenant in order of time, pages at a time. `product` as in a rule's logsource; all where absent. */
export type ReadPast = (
  tenant: string,
  span: { readonly from: number; readonly to: number; readonly product: string | undefined },
) => AsyncIterable<readonly PastEvent[]>;

/** Events that a rule must fire on, by what tells so. */
export interface ThreatExample {
  readonly name: string;
  readonly events: readonly SourceEvent[];
}
