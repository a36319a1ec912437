/**
 * Ids seen, in 16 to 32 bytes each. It keeps 64 of an id's 128 bits: among ten million events the chance that any two
 * differ and yet collide is about 3 in a million. Ids are SHA-256, so their bits are already spread.
 */
export class SeenIds {
  #slots = new Uint32Array(1 << 15);
  #mask = (1 << 14) - 1;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** True when the id was not there yet; it is now. */
  add(id: string): boolean {
    const high = Number.parseInt(id.slice(0, 8), 16);
    // 0,0 marks a free slot.
    const low = Number.parseInt(id.slice(8, 16), 16) || 1;
    if (!this.#put(high, low)) return false;
    this.#count += 1;
    if (this.#count * 2 > this.#mask) this.#grow();
    return true;
  }

  has(id: string): boolean {
    const high = Number.parseInt(id.slice(0, 8), 16);
    const low = Number.parseInt(id.slice(8, 16), 16) || 1;
    for (let slot = high & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const storedLow = this.#slots[slot * 2 + 1];
      if (storedLow === 0) return false;
      if (storedLow === low && this.#slots[slot * 2] === high) return true;
    }
  }

  #put(high: number, low: number): boolean {
    const slots = this.#slots;
    for (let slot = high & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const storedLow = slots[slot * 2 + 1];
      if (storedLow === 0) {
        slots[slot * 2] = high;
        slots[slot * 2 + 1] = low;
        return true;
      }
      if (storedLow === low && slots[slot * 2] === high) return false;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < old.length; at += 2) {
      const low = old[at + 1] ?? 0;
      if (low !== 0) this.#put(old[at] ?? 0, low);
    }
  }
}
