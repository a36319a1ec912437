import { fold, foldsPlainly } from './fold.ts';

/** Called with what was found: an index into the table's entries is already turned into rule numbers. */
export type Mark = (rules: readonly number[]) => void;

interface Entry {
  readonly text: string;
  readonly rules: number[];
}

/** So few short texts are looked for one by one. */
const fewShort = 16;

/**
 * Texts to be found anywhere in a text, all folded. Looks a short gram of each up at every position, and checks only where it
 * fits. Texts with characters beyond ASCII are looked for only where the text has some.
 */
export class InsideIndex {
  readonly #long: GramTable | undefined;
  readonly #short: readonly Entry[];
  readonly #shortTables: readonly GramTable[];
  readonly #foreign: readonly GramTable[];

  constructor(rulesByText: ReadonlyMap<string, number[]>) {
    const entries = [...rulesByText].map(([text, rules]): Entry => ({ text, rules }));
    const plain = entries.filter(({ text }) => isAscii(text));
    const long = plain.filter(({ text }) => text.length >= 4);
    if (long.length > 0) this.#long = new GramTable(4, long);
    const short = plain.filter(({ text }) => text.length < 4);
    this.#short = short.length <= fewShort ? short : [];
    this.#shortTables = short.length <= fewShort ? [] : tables(short);
    this.#foreign = tables(entries.filter(({ text }) => !isAscii(text)));
  }

  /** `text` must be folded. */
  find(text: string, mark: Mark): void {
    for (const entry of this.#short) if (text.includes(entry.text)) mark(entry.rules);
    for (const table of this.#shortTables) table.find(text, mark);
    this.#long?.find(text, mark);
    if (this.#foreign.length > 0 && !isAscii(text)) for (const table of this.#foreign) table.find(text, mark);
  }

  /** As `find`, of a text that is folded only where something looks like a hit. */
  findUnfolded(text: string, mark: Mark): void {
    const plain = this.#short.length === 0 && this.#shortTables.length === 0 && this.#long?.findPlain(text, mark);
    if (!plain) this.find(fold(text), mark);
  }
}

function tables(entries: readonly Entry[]): GramTable[] {
  const widthOf = ({ text }: Entry) => (text.length >= 4 ? 4 : text.length >= 2 ? 2 : 1);
  return [4, 2, 1]
    .map((width) => ({ width, own: entries.filter((entry) => widthOf(entry) === width) }))
    .filter(({ own }) => own.length > 0)
    .map(({ width, own }) => new GramTable(width, own));
}

const beyondAscii = /[\u0080-\uffff]/;
export const isAscii = (text: string): boolean => !beyondAscii.test(text);

const spread = 0x9e3779b1;
/** Upper and lower case letters hash alike, so that unfolded text can be scanned; so do some signs, which costs a check. */
const caseBit = 0x20;

class GramTable {
  readonly #width: number;
  readonly #shortest: number;
  /** How far apart the grams looked at may be: as far as the shortest text has grams in a row. */
  readonly #stride: number;
  readonly #mask: number;
  readonly #shift: number;
  /** One bit for each bucket: small enough to stay in the nearest cache while a text is scanned. */
  readonly #filled: Uint32Array;
  /** Bucket of a gram's hash: number of its first entry plus one, 0 for none. */
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;
  readonly #texts: string[] = [];
  readonly #offsets: Int32Array;
  readonly #rules: (readonly number[])[] = [];

  constructor(width: number, entries: readonly Entry[]) {
    this.#width = width;
    // Eight bits of each character; the check afterwards looks at all of them.
    this.#mask = width === 4 ? -1 : (1 << (8 * width)) - 1;
    this.#shortest = Math.min(...entries.map(({ text }) => text.length));
    this.#stride = width === 4 ? Math.min(8, this.#shortest - width + 1) : 1;
    const filed = entries.length * this.#stride;
    const bits = Math.min(17, Math.max(10, 37 - Math.clz32(filed)));
    this.#shift = 32 - bits;
    this.#filled = new Uint32Array(1 << (bits - 5));
    this.#heads = new Uint32Array(1 << bits);
    this.#next = new Uint32Array(filed + 1);
    this.#offsets = new Int32Array(filed);
    const uses = gramUses(width, entries);
    for (const { text, rules } of entries) {
      const first = rarestRun(text, width, this.#stride, uses);
      for (let k = 0; k < this.#stride; k++) this.#file(text, rules, first + k);
    }
  }

  #file(text: string, rules: readonly number[], offset: number): void {
    let hash = 0;
    for (let k = 0; k < this.#width; k++) hash = (hash << 8) | ((text.charCodeAt(offset + k) | caseBit) & 0xff);
    const bucket = Math.imul(hash & this.#mask, spread) >>> this.#shift;
    this.#offsets[this.#texts.length] = offset + this.#width - 1;
    this.#texts.push(text);
    this.#rules.push(rules);
    this.#next[this.#texts.length] = this.#heads[bucket] ?? 0;
    this.#heads[bucket] = this.#texts.length;
    this.#filled[bucket >>> 5] = (this.#filled[bucket >>> 5] ?? 0) | (1 << (bucket & 31));
  }

  /** `text` must be folded. */
  find(text: string, mark: Mark): void {
    const { length } = text;
    const filled = this.#filled;
    const shift = this.#shift;
    if (this.#stride > 1) {
      this.#probe(text, true, mark);
      return;
    }
    const mask = this.#mask;
    const from = this.#width - 1;
    let hash = 0;
    for (let i = 0; i < length; i++) {
      hash = (hash << 8) | ((text.charCodeAt(i) | caseBit) & 0xff);
      const bucket = Math.imul(hash & mask, spread) >>> shift;
      if ((((filled[bucket >>> 5] as number) >>> (bucket & 31)) & 1) === 0 || i < from) continue;
      this.#check(text, i, bucket, mark);
    }
  }

  /** As `find`, of unfolded text; false where folding does more than change letters in place: then it must be searched folded. */
  findPlain(text: string, mark: Mark): boolean {
    if (text.length < 24) {
      // Calling the regular expression costs more than looking.
      let seen = 0;
      for (let i = 0; i < text.length; i++) seen |= text.charCodeAt(i);
      if (seen > 0x7f) return false;
    } else if (!foldsPlainly(text)) return false;
    if (text.length >= this.#shortest) this.#probe(text, false, mark);
    return true;
  }

  /** Looks at every `stride`th gram: each text has that many of its grams filed, so one of them is met. */
  #probe(text: string, folded: boolean, mark: Mark): void {
    const last = text.length - 4;
    const stride = this.#stride;
    const filled = this.#filled;
    const shift = this.#shift;
    let checked = folded ? text : undefined;
    for (let i = 0; i <= last; i += stride) {
      const hash =
        (((text.charCodeAt(i) | caseBit) & 0xff) << 24) |
        (((text.charCodeAt(i + 1) | caseBit) & 0xff) << 16) |
        (((text.charCodeAt(i + 2) | caseBit) & 0xff) << 8) |
        ((text.charCodeAt(i + 3) | caseBit) & 0xff);
      const bucket = Math.imul(hash, spread) >>> shift;
      if ((((filled[bucket >>> 5] as number) >>> (bucket & 31)) & 1) === 0) continue;
      checked ??= fold(text);
      this.#check(checked, i + 3, bucket, mark);
    }
  }

  #check(text: string, at: number, bucket: number, mark: Mark): void {
    for (let entry = this.#heads[bucket] ?? 0; entry !== 0; entry = this.#next[entry] ?? 0) {
      const start = at - (this.#offsets[entry - 1] ?? 0);
      if (start >= 0 && text.startsWith(this.#texts[entry - 1] ?? '', start)) mark(this.#rules[entry - 1] ?? []);
    }
  }
}

/** What telemetry is full of: a gram out of these is met in almost every event, however few rules name it. */
const everywhere = [
  'c:\\windows\\system32\\',
  'c:\\windows\\syswow64\\',
  'windowspowershell\\v1.0\\powershell.exe',
  'c:\\program files (x86)\\',
  'c:\\programdata\\microsoft\\',
  'c:\\users\\public\\',
  '\\appdata\\local\\temp\\',
  '\\appdata\\roaming\\microsoft\\windows\\',
  'hklm\\software\\microsoft\\windows\\currentversion\\',
  'hklm\\system\\currentcontrolset\\services\\',
  'svchost.exe" rundll32.exe explorer.exe cmd.exe /c shell32.dll',
  'nt authority\\system',
  'https://www. http://',
  '/usr/bin/ /usr/sbin/ /home/',
];

function gramUses(width: number, entries: readonly Entry[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const text of everywhere) {
    for (let i = 0; i + width <= text.length; i++) uses.set(text.slice(i, i + width), 10_000);
  }
  for (const { text } of entries) {
    for (let i = 0; i + width <= text.length; i++) {
      const gram = text.slice(i, i + width);
      uses.set(gram, (uses.get(gram) ?? 0) + 1);
    }
  }
  return uses;
}

/** Letters that words are full of make a poor gram even where no other text has it. */
const plain = /[etaoinsrhl ]/g;

/** Where the `run` grams in a row begin that are named least. */
function rarestRun(text: string, width: number, run: number, uses: ReadonlyMap<string, number>): number {
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let from = 0; from + run - 1 + width <= text.length; from++) {
    let score = 0;
    for (let i = from; i < from + run; i++) {
      const gram = text.slice(i, i + width);
      score += (uses.get(gram) ?? 0) + 0.5 * (gram.match(plain)?.length ?? 0);
    }
    if (score < lowest) {
      lowest = score;
      best = from;
    }
  }
  return best;
}

/** Texts to be found at one end. Keyed by a hash of as many characters of that end as a power of two allows. */
export class EndIndex {
  readonly #fromStart: boolean;
  /** By binary logarithm of the number of characters. */
  readonly #tables: (EndTable | undefined)[] = [];
  readonly #longest: number;

  constructor(rulesByText: ReadonlyMap<string, number[]>, fromStart: boolean) {
    this.#fromStart = fromStart;
    const classes = new Map<number, Entry[]>();
    for (const [text, rules] of rulesByText) {
      const size = Math.min(4, 31 - Math.clz32(text.length));
      classes.set(size, [...(classes.get(size) ?? []), { text, rules }]);
    }
    for (const [size, entries] of classes)
      this.#tables[size] = new EndTable(entries, (text) => this.#hash(text, 1 << size));
    this.#longest = 1 << Math.max(0, ...classes.keys());
  }

  /** `text` must be folded. */
  find(text: string, mark: Mark): void {
    const { length } = text;
    const most = Math.min(this.#longest, length);
    let hash = 0;
    let size = 0;
    for (let i = 1; i <= most; i++) {
      hash = Math.imul(hash, 31) + text.charCodeAt(this.#fromStart ? i - 1 : length - i);
      if (i !== 1 << size) continue;
      const entries = this.#tables[size++]?.entries(hash);
      if (!entries) continue;
      for (const entry of entries)
        if (this.#fromStart ? text.startsWith(entry.text) : text.endsWith(entry.text)) mark(entry.rules);
    }
  }

  #hash(text: string, characters: number): number {
    let hash = 0;
    for (let i = 1; i <= characters; i++)
      hash = Math.imul(hash, 31) + text.charCodeAt(this.#fromStart ? i - 1 : text.length - i);
    return hash;
  }
}

class EndTable {
  readonly #shift: number;
  readonly #buckets: (Entry[] | undefined)[];

  constructor(entries: readonly Entry[], hash: (text: string) => number) {
    const bits = Math.max(4, 35 - Math.clz32(entries.length));
    this.#shift = 32 - bits;
    this.#buckets = Array.from({ length: 1 << bits }, () => undefined);
    for (const entry of entries) {
      const bucket = Math.imul(hash(entry.text), spread) >>> this.#shift;
      const known = this.#buckets[bucket];
      if (known) known.push(entry);
      else this.#buckets[bucket] = [entry];
    }
  }

  entries(hash: number): readonly Entry[] | undefined {
    return this.#buckets[Math.imul(hash, spread) >>> this.#shift];
  }
}
