/** A term of the search language for exactly this value. */
export function termFor(field: string, value: string | null): string {
  if (value === null) return `-${field}:*`;
  return /^[\w.@-]+$/.test(value) && !value.startsWith('-')
    ? `${field}:${value}`
    : `${field}:"${value.replaceAll('"', '""')}"`;
}

/** A search with a term more. What stands beside OR is put in parentheses, or the term would belong to one side of it. */
export function narrowed(search: string, term: string): string {
  const said = search.trim();
  if (said === '' || said === '*') return term;
  return /\bOR\b/.test(said) ? `(${said}) ${term}` : `${said} ${term}`;
}
