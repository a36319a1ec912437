import { RuleFault } from './problem.ts';
import { joinParts, type Part, type Parts, parseText } from './text-pattern.ts';

/** What `%name%` stands for under the `expand` modifier. The values may hold wildcards. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

const placeholder = /\\%|%([A-Za-z0-9_.-]+)%/g;
const maxVariants = 20_000;

/**
 * Every combination of a value's placeholders, as pattern and as text. `\%` is a plain percent sign. Throws RuleFault on
 * a placeholder that nothing defines: Sigma asks that the rule be refused.
 */
export function expandPlaceholders(
  source: string,
  parts: Parts,
  placeholders: Placeholders,
  line: number,
): { parts: Parts; source: string }[] {
  const names = [...source.matchAll(placeholder)].flatMap((found) => (found[1] === undefined ? [] : [found[1]]));
  let combinations: string[][] = [[]];
  for (const name of names) {
    const values = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (!values?.length)
      throw new RuleFault('SIGMA_PLACEHOLDER_UNKNOWN', `nothing defines the placeholder %${name}%`, line);
    if (combinations.length * values.length > maxVariants) {
      throw new RuleFault('SIGMA_VALUE_COUNT', `more than ${maxVariants} values after expand`, line);
    }
    combinations = combinations.flatMap((combination) => values.map((value) => [...combination, value]));
  }
  return combinations.map((combination) => {
    let at = 0;
    const filled = parts.flatMap((part): Part[] => {
      if (typeof part !== 'string') return [part];
      const pieces: Part[] = [];
      let from = 0;
      for (const found of part.matchAll(placeholder)) {
        pieces.push(part.slice(from, found.index));
        pieces.push(...(found[1] === undefined ? ['%'] : parseText(combination[at++] ?? '')));
        from = found.index + found[0].length;
      }
      return [...pieces, part.slice(from)];
    });
    let next = 0;
    const text = source.replace(placeholder, (_, name?: string) =>
      name === undefined ? '%' : (combination[next++] ?? ''),
    );
    return { parts: joinParts(filled), source: text };
  });
}
