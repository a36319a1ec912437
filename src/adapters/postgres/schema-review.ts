/** Tables of review as queries see them; migrations/ makes them. */
export {};
