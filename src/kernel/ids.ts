import { hash } from 'node:crypto';

/** SHA-256 as 64 lower-case hex digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/**
 * A stable id: the first 128 bits of SHA-256 over the parts, as 32 lower-case hex digits. Parts are length-prefixed, so
 * ('ab','c') and ('a','bc') differ.
 */
export function stableId(...parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return hash('sha256', text, 'hex').slice(0, 32);
}
