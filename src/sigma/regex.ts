import { RE2JS } from 're2js';
import { fold } from './fold.ts';
import { RuleFault } from './problem.ts';
import { backtrackingLimit, requiredTexts, shapeOf } from './regex-shape.ts';

const maxSource = 8_000;
const maxProgram = 20_000;
/** A backtracking engine does some 100 million steps a second: ten milliseconds at the very worst. */
const maxSteps = 1_000_000;
const flagBits: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };

/** On such text JavaScript and RE2 agree about `.`, `\s`, `$` and case. */
const plainText = /^[\t\x20-\x7e]*$/;

/**
 * A test that finds `source` anywhere in a text. Linear in the text: RE2 automata decide, except where a text that must
 * occur does occur, the text is plain and short, and the expression's shape bounds what JavaScript's own engine can do.
 * Throws RuleFault on what RE2 cannot run: lookaround and backreferences.
 */
export function regexTest(source: string, flags: string, line: number): (text: string) => boolean {
  if (source.length > maxSource)
    throw new RuleFault(
      'SIGMA_REGEX_SIZE',
      `regular expression of ${source.length} characters, at most ${maxSource}`,
      line,
    );
  const linear = compileLinear(source, flags, line);
  const shape = shapeOf(source, flags);
  if (!shape) return (text) => linear.test(text);
  const required = requiredTexts(shape)?.map((text) => (shape.insensitive ? fold(text) : text));
  const limit = backtrackingLimit(shape, maxSteps);
  let quick: RegExp | undefined;
  try {
    if (required && limit > 0) quick = new RegExp(shape.body, shape.flags);
  } catch {
    // JavaScript reads it otherwise than RE2: RE2 decides alone.
  }
  return (text) => {
    if (required) {
      const searched = shape.insensitive ? fold(text) : text;
      if (!required.some((literal) => searched.includes(literal))) return false;
    }
    return quick && text.length <= limit && plainText.test(text) ? quick.test(text) : linear.test(text);
  };
}

function compileLinear(source: string, flags: string, line: number): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(
      source,
      [...flags].reduce((sum, flag) => sum | (flagBits[flag] ?? 0), 0),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuleFault(
      'SIGMA_REGEX_SYNTAX',
      `/${source.slice(0, 80)}/ is not an expression RE2 can run: ${reason.slice(0, 120)}`,
      line,
    );
  }
  if (compiled.programSize() > maxProgram)
    throw new RuleFault('SIGMA_REGEX_SIZE', `/${source.slice(0, 80)}/ compiles to more than ${maxProgram} steps`, line);
  return compiled;
}
