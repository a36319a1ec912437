/** A message to people. It is a view: it opens a page, and carries no authority by itself. */
export interface Notice {
  /** Short, plain text; hostile parts are made plain by the sender. */
  readonly subject: string;
  readonly text: string;
  /** Page of the console that it opens; null where there is none. */
  readonly link: string | null;
}

export interface Notifier {
  /** Resolves when the other side has taken it. Throws `CONNECTOR_*`. `key` is the same for every try. */
  send(to: string, notice: Notice, key: string, signal: AbortSignal): Promise<void>;
}
