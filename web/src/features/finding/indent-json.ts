const INDENT = '  ';
/** Deeper levels are not indented further: nested junk would push its text off the screen. */
const MAX_INDENT = 24;

/**
 * Lays JSON text out over lines without parsing it: every character of the record is kept as received. Parsing would
 * round long numbers and drop repeated keys, and so show evidence that was never recorded. Returns other text as it is.
 */
export function indentJson(raw: string): string {
  const trimmed = raw.trim();
  if (!/^[[{]/.test(trimmed)) return raw;
  // Strings whole; then structure; then runs of anything else.
  const tokens = trimmed.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+|"/gs) ?? [];
  let depth = 0;
  let out = '';
  const line = () => `\n${INDENT.repeat(Math.min(Math.max(depth, 0), MAX_INDENT))}`;
  tokens.forEach((token, place) => {
    const before = tokens[place - 1];
    const next = tokens[place + 1];
    if (token === '{' || token === '[') {
      depth += 1;
      out += next === '}' || next === ']' ? token : token + line();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      out += before === '{' || before === '[' ? token : line() + token;
    } else if (token === ',') out += token + line();
    else if (token === ':') out += ': ';
    else out += token;
  });
  return out;
}
