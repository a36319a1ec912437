import { z } from 'zod';
import { BridgewatchError } from '../../kernel/errors.ts';

/** Where a page of findings ended: the last row's rank and, among equals, its id. */
const Place = z.strictObject({ rank: z.number(), id: z.string() });
type Place = z.infer<typeof Place>;

/** Opaque to callers; a place in the order, not an offset, so that new findings neither repeat nor skip rows. */
export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Throws `STATE_BAD_CURSOR` for anything `writeCursor` did not write. */
export function readCursor(cursor: string): Place {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    const shown = JSON.stringify(cursor.slice(0, 80));
    throw new BridgewatchError('STATE_BAD_CURSOR', `${shown} is no cursor; use 'next' of the page before`, 400, {
      cause,
    });
  }
}
