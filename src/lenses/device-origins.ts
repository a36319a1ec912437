import type { EventOrigin } from '../contracts/event.ts';

const MAX_KEPT = 512;

/** Origins by vendor and product, made once each. The names come from telemetry: what is remembered of them is bounded. */
export class DeviceOrigins {
  readonly #kept = new Map<string, EventOrigin>();

  of(product: string | undefined, service: string | undefined, category: string | undefined): EventOrigin {
    const key = `${product}|${service}|${category}`;
    const found = this.#kept.get(key);
    if (found !== undefined) return found;
    const categories = Object.freeze(category === undefined ? [] : [category]);
    const made: EventOrigin = Object.freeze({ product, service, categories });
    if (this.#kept.size < MAX_KEPT) this.#kept.set(key, made);
    return made;
  }
}
