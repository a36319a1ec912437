/** Counters; a power of two. 8 MB. */
const SIZE = 1 << 22;
const PAGE = 1 << 18;
/** Weight of the shorter context where the longer one was seen little. */
const BACK = 0.5;
/** Letters there may be, about: what a context never seen leaves to each. */
const LETTERS = 64;
const MOST_BITS = 12;
/** Days after which all counts are halved. */
const HALF_LIFE_DAYS = 60;
/** Characters of the part that is judged. */
const WINDOW = 32;

/**
 * Which characters follow which in the lines of each program: counts of four characters, backing off to two (interpolated, as in Jelinek and
 * Mercer 1980), hashed into one table with two counters a gram of which the lesser counts (count-min; Cormode and Muthukrishnan 2005).
 * Collisions make a strange line look more usual, never less.
 */
export class CharacterModel {
  readonly #counts = new Uint16Array(SIZE);
  #halved = 0;

  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Takes a line of a program in (`by` 1) or out again (-1). @param program 32-bit hash of tenant and program */
  count(program: number, line: string, by: 1 | -1, day: number): void {
    this.#age(day);
    let [a, b, c] = [1, 1, 1];
    for (let at = 0; at < line.length; at += 1) {
      const next = letter(line, at);
      this.#add(gram(program, 1, a, b, c, next), by);
      this.#add(gram(program, 2, a, b, c, 0), by);
      this.#add(gram(program, 3, 0, 0, c, next), by);
      this.#add(gram(program, 4, 0, 0, c, 0), by);
      [a, b, c] = [b, c, next];
    }
  }

  /**
   * How unusual the least usual part of a line is: bits a character over the worst 32 in a row (over all of a shorter line), and
   * where that part ends.
   */
  loss(program: number, line: string): { bits: number; end: number } {
    const window = Math.min(WINDOW, Math.max(8, line.length));
    const costs = new Float64Array(line.length);
    let [a, b, c, sum, worst, end] = [1, 1, 1, 0, 0, 0];
    for (let at = 0; at < line.length; at += 1) {
      const next = letter(line, at);
      const near = ratio(
        this.#read(gram(program, 3, 0, 0, c, next)),
        this.#read(gram(program, 4, 0, 0, c, 0)),
        1 / LETTERS,
      );
      const far = ratio(this.#read(gram(program, 1, a, b, c, next)), this.#read(gram(program, 2, a, b, c, 0)), near);
      const cost = Math.min(MOST_BITS, -Math.log2(far));
      costs[at] = cost;
      sum += cost - (at >= window ? (costs[at - window] ?? 0) : 0);
      if (sum > worst) [worst, end] = [sum, at + 1];
      [a, b, c] = [b, c, next];
    }
    return { bits: worst / window, end };
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield [`${prefix}|halved`, Buffer.from(String(this.#halved))];
    for (let at = 0; at < SIZE; at += PAGE)
      yield [`${prefix}|${at}`, new Uint8Array(this.#counts.buffer, at * 2, PAGE * 2)];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const halved = pages.get(`${prefix}|halved`);
    if (halved !== undefined) this.#halved = Number(Buffer.from(halved).toString());
    const bytes = new Uint8Array(this.#counts.buffer);
    for (let at = 0; at < SIZE; at += PAGE) {
      const page = pages.get(`${prefix}|${at}`);
      if (page?.byteLength === PAGE * 2) bytes.set(page, at * 2);
    }
  }

  #add(hash: number, by: 1 | -1): void {
    const [one, other] = [hash & (SIZE - 1), second(hash)];
    const now = Math.min(this.#counts[one] ?? 0, this.#counts[other] ?? 0);
    if (by === -1) {
      if (now === 0) return;
      this.#counts[one] = (this.#counts[one] ?? 1) - 1;
      if (other !== one) this.#counts[other] = (this.#counts[other] ?? 1) - 1;
      return;
    }
    if (now >= 65_535) return;
    // Only what is less than the new count is raised (conservative update).
    this.#counts[one] = Math.max(this.#counts[one] ?? 0, now + 1);
    this.#counts[other] = Math.max(this.#counts[other] ?? 0, now + 1);
  }

  #read(hash: number): number {
    return Math.min(this.#counts[hash & (SIZE - 1)] ?? 0, this.#counts[second(hash)] ?? 0);
  }

  #age(day: number): void {
    if (this.#halved === 0) this.#halved = day;
    if (day - this.#halved < HALF_LIFE_DAYS) return;
    this.#halved = day;
    // Rounded up: what was seen stays seen.
    for (let at = 0; at < SIZE; at += 1) this.#counts[at] = ((this.#counts[at] ?? 0) + 1) >>> 1;
  }
}

function letter(line: string, at: number): number {
  const code = line.charCodeAt(at);
  return Math.min(code, 127);
}

function gram(program: number, sort: number, a: number, b: number, c: number, next: number): number {
  let hash = Math.imul(program ^ ((a << 21) | (b << 14) | (c << 7) | next), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ Math.imul(sort, 0x9e3779b1), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function second(hash: number): number {
  return (Math.imul(hash ^ 0x5bd1e995, 0x27d4eb2f) >>> 9) & (SIZE - 1);
}

function ratio(count: number, of: number, back: number): number {
  return Math.min(1, (count + BACK * back) / (Math.max(of, count) + BACK));
}
