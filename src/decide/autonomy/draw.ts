import { createHmac } from 'node:crypto';

/**
 * A number in [0, 1) that nobody without the secret can foretell, and that is the same each time: HMAC-SHA-256 over the parts, its first 48
 * bits. Parts are length-prefixed, so that no two lists of parts meet.
 */
export function draw(secret: string, ...parts: readonly string[]): number {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(`${part.length}:${part}`);
  return mac.digest().readUIntBE(0, 6) / 2 ** 48;
}
