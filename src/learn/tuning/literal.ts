/**
 * A text as Sigma writes it when nothing in it is a wildcard: `\*` and `\?` for the signs, and a backslash doubled where it would otherwise
 * take the sign after it away, or where it ends the text.
 */
export function literalText(text: string): string {
  return text.replace(/[*?]|\\(?=[\\*?]|$)/g, (sign) => `\\${sign}`);
}

/** A text as comparisons see it. What folding says otherwise (`ß`) is found where a filter is tried. */
export function folded(text: string): string {
  return text.toLowerCase();
}
