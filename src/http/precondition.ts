import { BridgewatchError } from '../kernel/errors.ts';

const TAG = /^"(\d{1,9})(?:\.(\d{1,9}))?"$/;

/** How a finding stood when it was read: what it claimed, and how often somebody had spoken about it. */
export interface SeenState {
  readonly expectedRevision: number;
  readonly expectedReviews: number;
}

/** A revision, and where people review it the count of what they said, as an entity tag: `"3"`, `"3.7"`. */
export function entityTag(revision: number, reviews?: number): string {
  return reviews === undefined ? `"${revision}"` : `"${revision}.${reviews}"`;
}

/**
 * What an `If-Match` header names. A tag without a count is that of a finding about which nobody has spoken. Throws
 * `HTTP_IF_MATCH_MISSING` (428, RFC 6585) and `HTTP_IF_MATCH_BAD` (400); `*` is refused too, since it would decide on whatever is
 * there.
 */
export function expectedState(ifMatch: string | undefined): SeenState {
  if (ifMatch === undefined) {
    throw new BridgewatchError(
      'HTTP_IF_MATCH_MISSING',
      'say which revision you saw: If-Match with the ETag you got',
      428,
    );
  }
  const [, revision, reviews = '0'] = TAG.exec(ifMatch.trim()) ?? [];
  if (revision === undefined) {
    throw new BridgewatchError(
      'HTTP_IF_MATCH_BAD',
      `If-Match ${ifMatch.slice(0, 40)} is no revision; send the ETag you got, such as "3" or "3.1"`,
      400,
    );
  }
  return { expectedRevision: Number(revision), expectedReviews: Number(reviews) };
}

/** The revision alone, for what does not depend on what people have said. Throws as `expectedState`. */
export function expectedRevision(ifMatch: string | undefined): number {
  return expectedState(ifMatch).expectedRevision;
}
