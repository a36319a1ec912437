import { BridgewatchError } from '../../kernel/errors.ts';
import { anywhere, type Field, fields } from './fields.ts';
import { wrong } from './problem.ts';
import type { Search } from './syntax.ts';
import { type Run, type Token, tokensOf } from './tokens.ts';
import { readTerm } from './values.ts';

/** Signs, terms and nesting of one search. */
export const searchLimits = { characters: 4000, terms: 64, depth: 16 } as const;

/**
 * Reads a search: `host:web01 process:*powershell* "encoded" -user:svc_*`. Terms stand together with AND unless OR is between them; NOT and
 * - turn the next one around; OR binds less than AND.
 *
 * @param now epoch ms, for times like `24h`
 * @throws BridgewatchError `HUNT_SEARCH_SYNTAX` (400) naming the place and what would be right
 */
export function parseSearch(text: string, now: number): Search {
  if (text.length > searchLimits.characters)
    throw new BridgewatchError(
      'HUNT_SEARCH_SYNTAX',
      `the search has ${text.length} characters; at most ${searchLimits.characters} are read`,
      400,
    );
  if (!text.isWellFormed() || text.includes('\0'))
    throw wrong(text, text.search(/\0|\p{Surrogate}/u), 'this is no sign of a text');
  return new Parser(text, now).all();
}

class Parser {
  readonly #text: string;
  readonly #now: number;
  readonly #tokens: readonly Token[];
  #next = 0;
  #terms = 0;
  #depth = 0;

  constructor(text: string, now: number) {
    this.#text = text;
    this.#now = now;
    this.#tokens = tokensOf(text);
  }

  all(): Search {
    if (this.#tokens.length === 0) return { kind: 'all' };
    const search = this.#or(undefined);
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw wrong(this.#text, rest.at, 'this parenthesis was never opened');
    return search;
  }

  #or(field: Field | undefined): Search {
    const parts = [this.#and(field)];
    while (this.#takes('OR')) parts.push(this.#and(field));
    return joined('or', parts);
  }

  #and(field: Field | undefined): Search {
    const parts = [this.#unary(field)];
    for (;;) {
      const token = this.#tokens[this.#next];
      if (token === undefined || token.kind === ')' || token.kind === 'OR') return joined('and', parts);
      this.#takes('AND');
      parts.push(this.#unary(field));
    }
  }

  #unary(field: Field | undefined): Search {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw wrong(this.#text, this.#text.length, 'a term is missing: a word, or field:value');
    this.#next += 1;
    if (token.kind === 'word') return this.#word(token, field);
    if (token.kind === '(') return this.#group(token.at, field);
    if (token.kind !== 'NOT' && token.kind !== '-')
      throw wrong(
        this.#text,
        token.at,
        'a term has to stand here: a word, or field:value; quote the sign to look for it',
      );
    return this.#deeper(token.at, () => ({ kind: 'not', part: this.#unary(field) }));
  }

  #group(at: number, field: Field | undefined): Search {
    return this.#deeper(at, () => {
      const search = this.#or(field);
      if (!this.#takes(')')) throw wrong(this.#text, at, 'this parenthesis is not closed; write ) after its last term');
      return search;
    });
  }

  #word({ runs, at, end }: Token & { readonly kind: 'word' }, outer: Field | undefined): Search {
    this.#terms += 1;
    if (this.#terms > searchLimits.terms)
      throw wrong(this.#text, at, `a search has at most ${searchLimits.terms} terms; ask in SQL for more`);
    const written = { search: this.#text, at, text: this.#text.slice(at, end), now: this.#now };
    const named = splitName(runs);
    if (named === undefined) return readTerm(outer ?? anywhere, runs, written);
    if (outer !== undefined)
      throw wrong(this.#text, at, 'within field:( ... ) stand values alone; quote one that has a colon');
    const field = fields.get(named.name.toLowerCase());
    if (field === undefined) throw wrong(this.#text, at, unknownField(named.name, written.text));
    if (named.runs.length > 0) return readTerm(field, named.runs, written);
    const next = this.#tokens[this.#next];
    if (next?.kind !== '(' || next.at !== end)
      throw wrong(this.#text, at, `${named.name}: needs a value right after the colon, or ${named.name}:* for any`);
    this.#next += 1;
    return this.#group(next.at, field);
  }

  #takes(kind: Token['kind']): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next += 1;
    return true;
  }

  #deeper(at: number, read: () => Search): Search {
    this.#depth += 1;
    if (this.#depth > searchLimits.depth)
      throw wrong(this.#text, at, `at most ${searchLimits.depth} parentheses and NOTs may stand in one another`);
    const search = read();
    this.#depth -= 1;
    return search;
  }
}

function joined(kind: 'and' | 'or', parts: readonly Search[]): Search {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind, parts };
}

/** `name:` at the start of a word, and what follows. */
function splitName([first, ...rest]: readonly Run[]): { name: string; runs: readonly Run[] } | undefined {
  if (first === undefined || first.quoted) return undefined;
  const name = /^([A-Za-z_][\w.]*):/.exec(first.text)?.[1];
  if (name === undefined) return undefined;
  const value = { ...first, text: first.text.slice(name.length + 1), at: first.at + name.length + 1 };
  return { name, runs: value.text === '' ? rest : [value, ...rest] };
}

function unknownField(name: string, text: string): string {
  const near = [...fields.keys()].filter((each) => each.startsWith(name.slice(0, 3).toLowerCase()));
  const names = near.length > 0 ? near : ['host', 'user', 'process', 'cmd', 'ip', 'port', 'file', 'domain', 'kind'];
  return `there is no field ${name}; fields are ${names.join(', ')} and others. To look for the text itself write "${text.replaceAll('"', '""')}"`;
}
