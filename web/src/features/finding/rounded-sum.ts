/**
 * Rounds terms so that the rounded terms add up to the rounded total (largest remainder method, as used to apportion
 * seats). Rounding each by itself would print columns that do not add up. Each result is within one unit of its term.
 */
export function roundToSum(
  terms: readonly number[],
  digits: number,
): { readonly terms: readonly number[]; readonly total: number } {
  const unit = 10 ** digits;
  // `|| 0`: a sum just below nothing would otherwise be shown as minus zero.
  const total = Math.round(terms.reduce((sum, term) => sum + term, 0) * unit) || 0;
  const floors = terms.map((term) => Math.floor(term * unit));
  const missing = total - floors.reduce((sum, floor) => sum + floor, 0);
  const byRemainder = terms
    .map((term, place) => ({ place, remainder: term * unit - Math.floor(term * unit) }))
    .sort((a, b) => b.remainder - a.remainder || a.place - b.place);
  const raised = new Set(byRemainder.slice(0, Math.max(0, missing)).map(({ place }) => place));
  return {
    terms: floors.map((floor, place) => (floor + (raised.has(place) ? 1 : 0)) / unit),
    total: total / unit,
  };
}
