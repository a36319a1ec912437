import type { Anchor } from './anchor.ts';
import { fileAnchor } from './file.ts';
import { urlAnchor } from './url.ts';

/** The anchor that `place` names: a file, or an `https:` address. Throws `LEDGER_ANCHOR_URL`. */
export function openAnchor(place: string): Anchor {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place) ? urlAnchor(place) : fileAnchor(place);
}
