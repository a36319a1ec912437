/** What the server, or the road to it, said went wrong (RFC 9457), with what the person can do about it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;

  constructor(status: number, code: string, title: string, detail: string) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.title = title;
  }
}

const remedies: Readonly<Record<number, string>> = {
  0: 'Check that the server is running and that this machine can reach it, then try again.',
  401: 'Your session has ended. Sign in again.',
  403: 'Your role in this organisation does not allow this. Ask an administrator.',
  404: 'It may have been merged into another finding. Go back to the queue.',
  429: 'Too many requests. Wait a minute, then try again.',
  503: 'The server is starting or its store is unavailable. Try again in a moment.',
};

/** One sentence: what to do about an error. */
export function remedyFor(error: unknown): string {
  const status = error instanceof Problem ? error.status : -1;
  return remedies[status] ?? 'Try again. If it goes on, the server log names the cause under the code shown here.';
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads a problem document, or anything else an intermediary may have answered instead. */
export function problemFrom(status: number, body: unknown): Problem {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const title = text(fields.title) ?? `The server answered ${status}`;
  return new Problem(
    status,
    text(fields.code) ?? `HTTP_${status}`,
    title,
    text(fields.detail) ?? text(fields.message) ?? title,
  );
}

export const unreachable = (): Problem =>
  new Problem(0, 'NETWORK_UNREACHABLE', 'The server does not answer', 'The request did not reach the server.');
