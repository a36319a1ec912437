/** Tables of access as queries see them; migrations/ makes them. */
export {};
