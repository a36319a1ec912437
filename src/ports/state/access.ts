/** What a transaction keeps of access. */
export type AccessRows = Readonly<Record<never, never>>;
