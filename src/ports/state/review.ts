/** What a transaction keeps of review. */
export type ReviewRows = Readonly<Record<never, never>>;
