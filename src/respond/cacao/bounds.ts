import { BridgewatchError } from '../../kernel/errors.ts';

const LARGEST_BYTES = 512 * 1024;
const DEEPEST = 16;

/** Parses JSON from strangers, bounded in size and depth before anything is built. Throws `CACAO_TOO_LARGE` (413) and `CACAO_NOT_JSON` (400). */
export function parseBounded(text: string): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST_BYTES) {
    throw new BridgewatchError('CACAO_TOO_LARGE', `the document has ${bytes} bytes; at most ${LARGEST_BYTES}`, 413);
  }
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > DEEPEST) {
      throw new BridgewatchError('CACAO_TOO_LARGE', `the document is nested deeper than ${DEEPEST} levels`, 413);
    }
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BridgewatchError('CACAO_NOT_JSON', 'the document is not JSON', 400, { cause });
  }
}
