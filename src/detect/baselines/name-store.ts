const PAGE = 65_536;
const LONGEST = 255;

/** Names by number in one run of bytes: what a table of hashes needs to say whom a row is about. Up to 255 bytes a name. */
export class NameStore {
  #bytes = new Uint8Array(PAGE);
  /** 0 stands for no name. */
  #used = 1;

  get used(): number {
    return this.#used;
  }

  get bytes(): number {
    return this.#bytes.byteLength;
  }

  add(name: string): number {
    const text = Buffer.from(name).subarray(0, LONGEST);
    if (this.#used + 1 + text.length > this.#bytes.length) this.#grow();
    const at = this.#used;
    this.#bytes[at] = text.length;
    this.#bytes.set(text, at + 1);
    this.#used += 1 + text.length;
    return at;
  }

  get(at: number): string {
    const length = this.#bytes[at] ?? 0;
    return Buffer.from(this.#bytes.subarray(at + 1, at + 1 + length)).toString();
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield [`${prefix}|used`, Buffer.from(String(this.#used))];
    for (let at = 0; at < this.#used; at += PAGE) yield [`${prefix}|${at}`, this.#bytes.subarray(at, at + PAGE)];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const used = pages.get(`${prefix}|used`);
    if (used === undefined) return;
    this.#used = Number(Buffer.from(used).toString());
    while (this.#bytes.length < this.#used) this.#grow();
    for (let at = 0; at < this.#used; at += PAGE) {
      const page = pages.get(`${prefix}|${at}`);
      if (page !== undefined) this.#bytes.set(page, at);
    }
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
