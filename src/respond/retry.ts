import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Limits } from './parts.ts';

/** What a connector throws where nothing was done and another try would say the same. */
const refusals = new Set([
  'CONNECTOR_REFUSED',
  'CONNECTOR_TARGET_UNKNOWN',
  'CONNECTOR_ORDER_INVALID',
  'CONNECTOR_PROTECTED',
  'SECRET_UNKNOWN',
]);

/** What a connector throws where nothing was done and another try may help: what may have acted is `CONNECTOR_OUTCOME_UNKNOWN`. */
const notReached = new Set(['CONNECTOR_UNREACHABLE', 'CONNECTOR_TIMEOUT']);

export function isNotReached(error: unknown): boolean {
  return error instanceof BridgewatchError && notReached.has(error.code);
}

export function isRefusal(error: unknown): boolean {
  return error instanceof BridgewatchError && refusals.has(error.code);
}

/** For the record. Messages of the product's own errors hold no secrets; others may, and only their name is kept. */
export function told(error: unknown): { code: string; message: string } {
  if (error instanceof BridgewatchError) return { code: error.code, message: error.message };
  const name = error instanceof Error ? error.name : typeof error;
  return { code: 'CONNECTOR_FAULT', message: `the connector failed (${name}); the server's log has no more` };
}

/**
 * Wait before try `attempt + 1`, ms: doubling from `firstWait` to `longestWait`, of which a half is jitter. The jitter is a digest of
 * the action and the try, so that replay waits alike and many actions that failed together do not come back together.
 */
export function waitAfter(action: string, attempt: number, { firstWait, longestWait }: Limits): number {
  const whole = Math.min(longestWait, firstWait * 2 ** (attempt - 1));
  const jitter = Number.parseInt(stableId('jitter', action, String(attempt)).slice(0, 8), 16) / 0x1_0000_0000;
  return Math.round(whole / 2 + (whole / 2) * jitter);
}

/** `call` within the time box, even where it does not heed its signal. Rejects with `CONNECTOR_OUTCOME_UNKNOWN` (504). */
export async function withinTimeBox<T>(timeBox: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(timeBox);
  let tell: () => void = () => undefined;
  const over = new Promise<never>((_, reject) => {
    tell = () =>
      reject(
        new BridgewatchError(
          'CONNECTOR_OUTCOME_UNKNOWN',
          `the connector took longer than ${timeBox} ms; what it did is unknown`,
          504,
        ),
      );
    signal.addEventListener('abort', tell, { once: true });
  });
  try {
    return await Promise.race([call(signal), over]);
  } finally {
    signal.removeEventListener('abort', tell);
  }
}
