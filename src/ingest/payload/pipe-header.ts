/**
 * The first `count` fields of a header whose fields are parted by `|`, with `\|` and `\\` unescaped, and where the rest begins. A header that ends
 * with its last field needs no `|` behind it. Undefined where there are fewer.
 */
export function pipeHeader(
  text: string,
  from: number,
  count: number,
): { readonly fields: readonly string[]; readonly end: number } | undefined {
  const fields: string[] = [];
  let start = from;
  for (let at = from; at <= text.length; at += 1) {
    const ended = at === text.length;
    if (!ended && text[at] === '\\') {
      at += 1;
      continue;
    }
    if (!ended && text[at] !== '|') continue;
    fields.push(text.slice(start, at).replace(/\\([\\|])/g, '$1'));
    start = at + 1;
    if (fields.length === count) return { fields, end: Math.min(start, text.length) };
    if (ended) break;
  }
  return undefined;
}
