import { BridgewatchError } from '../../kernel/errors.ts';

const SHOWN = 40;

/** What is wrong with a search, and where. @param at offset in the text, from 0 */
export function wrong(text: string, at: number, what: string): BridgewatchError {
  const rest = text.slice(at, at + SHOWN);
  const place = rest === '' ? 'at the end' : `at character ${at + 1} (${JSON.stringify(rest)})`;
  return new BridgewatchError('HUNT_SEARCH_SYNTAX', `${place}: ${what}`, 400);
}
