import { createHmac } from 'node:crypto';

/** A number in [0, 1) that nobody can foresee who does not hold the secret, and that is the same each time for the same parts. */
export type Draw = (...parts: readonly string[]) => number;

/**
 * Draws by HMAC-SHA-256: the first 48 bits of the digest over the parts, each with its length before it. Random enough to sample by,
 * and checked afterwards by whoever holds the secret.
 */
export function drawFrom(secret: string): Draw {
  return (...parts) => {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(`${part.length}:${part}`);
    return hmac.digest().readUIntBE(0, 6) / 2 ** 48;
  };
}
