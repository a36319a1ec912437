/** Tables of autonomy as queries see them; migrations/ makes them. */
export {};
