/** A source of a tenant, as hosts are heard through it. */
export interface Stream {
  readonly index: number;
  readonly tenant: string;
  readonly source: string;
  /** The last two hours in which anything came (hours since the epoch). */
  last: number;
  before: number;
}

/** As many as the watch over whole sources knows. */
const STREAMS = 5000;

/** Sources by tenant and name, numbered from 1. */
export class Streams {
  readonly #byName = new Map<string, Stream>();
  readonly #byTenant = new Map<string, Stream[]>();

  /** Undefined when there are too many. */
  take(tenant: string, source: string): Stream | undefined {
    const name = `${tenant}\u0001${source}`;
    let stream = this.#byName.get(name);
    if (stream === undefined && this.#byName.size < STREAMS) {
      stream = { index: this.#byName.size + 1, tenant, source, last: 0, before: 0 };
      this.#byName.set(name, stream);
      this.#byTenant.set(tenant, [...this.of(tenant), stream]);
    }
    return stream;
  }

  of(tenant: string): readonly Stream[] {
    return this.#byTenant.get(tenant) ?? [];
  }

  save(): Uint8Array {
    return Buffer.from(JSON.stringify([...this.#byName.values()]));
  }

  restore(page: Uint8Array): void {
    for (const { tenant, source, last, before } of JSON.parse(Buffer.from(page).toString()) as Stream[]) {
      const stream = this.take(tenant, source);
      if (stream !== undefined) Object.assign(stream, { last, before });
    }
  }
}
