export interface Change {
  readonly tenant: string;
  readonly kind: string;
  readonly id: string;
}

/** Notes what a transaction changes, to be told after its commit. */
export type NoteChange = (tenant: string, kind: string, id: string) => void;
