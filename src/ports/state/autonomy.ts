/** What a transaction keeps of autonomy. */
export type AutonomyRows = Readonly<Record<never, never>>;
