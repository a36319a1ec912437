/** A condition made ready: `look` tells whether the selection of a name holds. */
export type OracleCondition = (look: (name: string) => boolean) => boolean;

/** Parses a condition by descent; `names` are the rule's selections. */
export function oracleCondition(source: string, names: readonly string[]): OracleCondition {
  const words = source.replace(/[()]/g, ' $& ').trim().split(/\s+/);
  const next = (): string => words.shift() ?? '';
  const is = (word: string): boolean => words[0]?.toLowerCase() === word;
  const or = (): OracleCondition => {
    let left = and();
    while (is('or')) {
      next();
      const [before, right] = [left, and()];
      left = (look) => before(look) || right(look);
    }
    return left;
  };
  const and = (): OracleCondition => {
    let left = not();
    while (is('and')) {
      next();
      const [before, right] = [left, not()];
      left = (look) => before(look) && right(look);
    }
    return left;
  };
  const not = (): OracleCondition => {
    if (is('not')) {
      next();
      const of = not();
      return (look) => !of(look);
    }
    const word = next();
    if (word === '(') {
      const value = or();
      next();
      return value;
    }
    if (!is('of')) return (look) => look(word);
    next();
    return count(word.toLowerCase(), next());
  };
  const count = (word: string, target: string): OracleCondition => {
    const pattern = new RegExp(
      `^${target
        .split('*')
        .map((piece) => piece.replace(/[^\w]/g, '\\$&'))
        .join('.*')}$`,
      's',
    );
    const chosen =
      target.toLowerCase() === 'them'
        ? names.filter((name) => name[0] !== '_')
        : names.filter((name) => pattern.test(name));
    if (word === 'all') return (look) => chosen.every(look);
    const least = word === 'any' ? 1 : Number(word);
    return (look) => chosen.filter(look).length >= least;
  };
  return or();
}
