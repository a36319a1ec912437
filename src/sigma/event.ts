/**
 * How the engine reads an event. Structural on purpose: the product's lenses fit it, and so can anyone's.
 */
export interface Shape {
  readonly name: string;
  /** A reader for one field as rules name it; made once per shape and field. undefined = missing. */
  reader(field: string): (record: Readonly<Record<string, unknown>>) => unknown;
  /** Visits every scalar value (keyword searches); stops and returns true when `visit` does. */
  someValue(record: Readonly<Record<string, unknown>>, visit: (value: unknown) => boolean): boolean;
}

/** Where a record comes from, in logsource terms. One Sysmon id can belong to several categories. */
export interface Origin {
  readonly product: string | undefined;
  readonly service: string | undefined;
  readonly categories: readonly string[];
}

export interface SigmaEvent {
  readonly lens: Shape;
  readonly record: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  /** Epoch ms, UTC. Correlations count by it. */
  readonly time: number;
  /**
   * A JSON text in which every value that `lens.someValue` visits is written, where it is at hand: one look at it rules out most keywords
   * for most events.
   */
  readonly json?: string;
}
