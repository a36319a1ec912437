/**
 * The one error type of the product. `code` is stable (docs/errors.md lists them all), the message names the bad value
 * and what would be right.
 */
export class BridgewatchError extends Error {
  readonly code: string;
  /** HTTP status the code maps to when it crosses the API. */
  readonly status: number;

  constructor(code: string, message: string, status = 500, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BridgewatchError';
    this.code = code;
    this.status = status;
  }
}
