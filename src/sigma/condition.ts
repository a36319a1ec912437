import { RuleFault } from './problem.ts';

/** A condition taken apart. `count`: at least `least` of the named selections hold. */
export type Condition =
  | { readonly kind: 'selection'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'count'; readonly least: number; readonly names: readonly string[]; readonly source: string };

const maxLength = 20_000;
const maxDepth = 100;

/**
 * Reads `a and not (b or 1 of filter_*)`. Precedence: or, and, not, of. `names` are the rule's selections.
 * Throws RuleFault on unknown names, patterns that name nothing, old aggregations (`| count() > 5`) and bad syntax.
 */
export function parseCondition(source: string, names: readonly string[], line: number): Condition {
  if (source.length > maxLength)
    throw new RuleFault('SIGMA_CONDITION_SIZE', `condition of ${source.length} characters, at most ${maxLength}`, line);
  if (source.includes('|')) {
    throw new RuleFault(
      'SIGMA_CONDITION_AGGREGATION',
      'aggregations after | are gone from Sigma: write a correlation rule',
      line,
    );
  }
  const tokens = source.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const condition = readOr(0);
  if (at < tokens.length) fault(`expected "and", "or" or the end before ${JSON.stringify(tokens[at])}`);
  return condition;

  function fault(message: string): never {
    throw new RuleFault(
      'SIGMA_CONDITION_SYNTAX',
      `${message} in condition ${JSON.stringify(source.slice(0, 120))}`,
      line,
    );
  }

  function take(word: string): boolean {
    if (tokens[at]?.toLowerCase() !== word) return false;
    at++;
    return true;
  }

  function readOr(depth: number): Condition {
    const of = [readAnd(depth)];
    while (take('or')) of.push(readAnd(depth));
    return of.length === 1 && of[0] ? of[0] : { kind: 'or', of };
  }

  function readAnd(depth: number): Condition {
    const of = [readNot(depth)];
    while (take('and')) of.push(readNot(depth));
    return of.length === 1 && of[0] ? of[0] : { kind: 'and', of };
  }

  function readNot(depth: number): Condition {
    if (depth > maxDepth) fault(`nested more than ${maxDepth} levels`);
    if (take('not')) return { kind: 'not', of: readNot(depth + 1) };
    if (take('(')) {
      const inner = readOr(depth + 1);
      if (!take(')')) fault('a bracket is not closed');
      return inner;
    }
    return readPrimary();
  }

  function readPrimary(): Condition {
    const word = tokens[at];
    if (word === undefined) fault('it ends too early');
    if (word === ')' || /^(?:and|or)$/i.test(word)) fault(`unexpected ${JSON.stringify(word)}`);
    at++;
    // `of` after the word decides: a selection may be named "all".
    if (tokens[at]?.toLowerCase() === 'of' && /^(?:all|any|\d+)$/i.test(word)) {
      at++;
      return readCount(word.toLowerCase());
    }
    if (!names.includes(word)) {
      const known = names.map((name) => JSON.stringify(name)).join(', ');
      throw new RuleFault(
        'SIGMA_CONDITION_NAME',
        `condition names ${JSON.stringify(word)}; the selections are ${known || 'none'}`,
        line,
      );
    }
    return { kind: 'selection', name: word };
  }

  function readCount(quantity: string): Condition {
    const target = tokens[at++];
    if (target === undefined || target === '(' || target === ')') fault('"of" needs "them" or a name pattern');
    const chosen =
      target.toLowerCase() === 'them'
        ? names.filter((name) => !name.startsWith('_'))
        : names.filter((name) => fits(name, target));
    if (chosen.length === 0)
      throw new RuleFault('SIGMA_CONDITION_NAME', `"${quantity} of ${target}" names no selection`, line);
    const least = quantity === 'all' ? chosen.length : quantity === 'any' ? 1 : Number(quantity);
    if (least < 1) fault(`"${quantity} of" asks for nothing`);
    if (least > chosen.length)
      throw new RuleFault(
        'SIGMA_CONDITION_COUNT',
        `"${quantity} of ${target}" can never hold: it names ${chosen.length}`,
        line,
      );
    return { kind: 'count', least, names: chosen, source: `${quantity} of ${target}` };
  }
}

/** `*` anywhere in a name pattern. Linear in the name for each star: rule files are not trusted with a regex. */
function fits(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === head;
  const last = rest.pop() ?? '';
  if (!name.startsWith(head)) return false;
  let from = head.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, from);
    if (found === -1) return false;
    from = found + piece.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
