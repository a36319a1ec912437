/** A 64-bit key as two unsigned halves; `high` is never 0, which marks an empty slot. */
export interface KeyHash {
  high: number;
  low: number;
}

const shared: KeyHash = { high: 1, low: 0 };

/** The deployment's own, 0 until it is said: files judged once, and tests, need none. */
let secret: KeySecret = { a: 0, b: 0 };

/** Two unsigned numbers below 2 ** 32. */
export interface KeySecret {
  readonly a: number;
  readonly b: number;
}

/**
 * From now on all keys of this process are of that secret: whoever knows this code cannot choose names that collide with those of somebody
 * else. It is kept with the state, whose keys say nothing without it, so a process holds one deployment's state.
 */
export function keysOf(own: KeySecret): void {
  secret = own;
}

/**
 * Hash of some names, separated so that ('ab','c') and ('a','bc') differ. cyrb53's two multiplicative lanes (Bryc 2018), kept at 64
 * bits, with the MurmurHash3 finaliser; the seed tells uses apart, the deployment's secret keeps outsiders from choosing names that collide. It is no cryptographic hash:
 * who could watch the keys could work the secret out. The answer is one object, written
 * over by the next call. Collisions among a million keys: about 3 in 100 million.
 */
export function keyHash(seed: number, ...parts: readonly (string | undefined)[]): KeyHash {
  let a = 0xdeadbeef ^ seed ^ secret.a;
  let b = 0x41c6ce57 ^ seed ^ secret.b;
  for (const part of parts) {
    if (part !== undefined) {
      for (let at = 0; at < part.length; at += 1) {
        const code = part.charCodeAt(at);
        a = Math.imul(a ^ code, 2654435761);
        b = Math.imul(b ^ code, 1597334677);
      }
    }
    a = Math.imul(a ^ 0x1ffff, 2246822507);
    b = Math.imul(b ^ (part === undefined ? 0x2ffff : 0x3ffff), 3266489909);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  shared.high = a >>> 0 || 1;
  shared.low = b >>> 0;
  return shared;
}
