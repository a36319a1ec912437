const LINES = 4096;
const LENGTH = 384;
const WORDS = 5;

/** A line as it was learned, so that it can be taken out again. */
export interface Learned {
  readonly program: number;
  readonly line: string;
}

/** The last 4,096 command lines that were learned, with whose they were: what a `threat` can still take back. */
export class RecentLines {
  readonly #text = new Uint8Array(LINES * LENGTH);
  /** By line: program, host, user (hashes), day, length. */
  readonly #facts = new Uint32Array(LINES * WORDS + 1);

  get bytes(): number {
    return this.#text.byteLength + this.#facts.byteLength;
  }

  add(program: number, host: number, user: number, day: number, line: string): void {
    const at = (this.#facts[LINES * WORDS] ?? 0) % LINES;
    this.#facts[LINES * WORDS] = at + 1;
    const length = Math.min(LENGTH, line.length);
    this.#facts.set([program, host, user, day, length], at * WORDS);
    for (let place = 0; place < length; place += 1)
      this.#text[at * LENGTH + place] = Math.min(127, line.charCodeAt(place));
  }

  /** Takes out what one of them (by hash) ran between two days. */
  *take(owner: number, from: number, to: number): Generator<Learned> {
    for (let at = 0; at < LINES; at += 1) {
      const [program = 0, host, user, day = 0, length = 0] = this.#facts.subarray(at * WORDS, (at + 1) * WORDS);
      if (length === 0 || (host !== owner && user !== owner) || day < from || day > to) continue;
      this.#facts[at * WORDS + 4] = 0;
      yield { program, line: String.fromCharCode(...this.#text.subarray(at * LENGTH, at * LENGTH + length)) };
    }
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield [`${prefix}|text`, this.#text];
    yield [`${prefix}|facts`, new Uint8Array(this.#facts.buffer)];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const [text, facts] = [pages.get(`${prefix}|text`), pages.get(`${prefix}|facts`)];
    if (text?.byteLength === this.#text.byteLength) this.#text.set(text);
    if (facts?.byteLength === this.#facts.byteLength) new Uint8Array(this.#facts.buffer).set(facts);
  }
}
