import { BridgewatchError } from '../../../kernel/errors.ts';
import { outcomeUnknown, unreachable } from '../network/failures.ts';

/** How far a conversation had come. Only in the last stage may the message have been taken. */
export type MailStage = 'greeting' | 'sign-in' | 'message';

/**
 * What a failed mail means. Quotes nothing that a server said but its number: it may repeat anything. A connection that broke while the message
 * was on its way is unknown.
 */
export function mailFailure(place: string, stage: MailStage, error: unknown): BridgewatchError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer';
  const number =
    error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number'
      ? error.responseCode
      : 0;
  if (number >= 500 || (stage === 'sign-in' && code === 'EAUTH' && number < 400)) {
    return new BridgewatchError(
      'CONNECTOR_REFUSED',
      `${place} refused the ${stage} (${code} ${number}); another try will not help`,
      400,
    );
  }
  if (number >= 400) return unreachable(place, `it answered ${number}`);
  return stage === 'message' ? outcomeUnknown(place, code) : unreachable(place, code);
}
