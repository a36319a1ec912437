/** Tables of response as queries see them; migrations/ makes them. */
export {};
