import { BridgewatchError } from '../kernel/errors.ts';

const REVISION_TAG = /^"(\d{1,9})"$/;

/** A revision as an entity tag: `"3"`. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/**
 * The revision an `If-Match` header names. Throws `HTTP_IF_MATCH_MISSING` (428, RFC 6585) and `HTTP_IF_MATCH_BAD`
 * (400); `*` is refused too, since it would decide on whatever is there.
 */
export function expectedRevision(ifMatch: string | undefined): number {
  if (ifMatch === undefined) {
    throw new BridgewatchError(
      'HTTP_IF_MATCH_MISSING',
      "say which revision you saw: If-Match with the finding's ETag",
      428,
    );
  }
  const revision = REVISION_TAG.exec(ifMatch.trim())?.[1];
  if (revision === undefined) {
    throw new BridgewatchError(
      'HTTP_IF_MATCH_BAD',
      `If-Match ${ifMatch.slice(0, 40)} is no revision; send the finding's ETag, such as "3"`,
      400,
    );
  }
  return Number(revision);
}
