/** What a transaction keeps of response. */
export type ResponseRows = Readonly<Record<never, never>>;
