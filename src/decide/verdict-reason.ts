import { verdictReasons } from '../contracts/determination.ts';
import type { Disposition } from '../contracts/investigation.ts';
import { BridgewatchError } from '../kernel/errors.ts';

/** How a reason outside the short list begins; what follows is the person's own words. */
const OWN_WORDS = /^other:\s*\S/i;
const LONGEST_REASON = 300;
const LONGEST_NOTE = 10_000;

/**
 * Holds a reason to the verdict's short list, to the tenant's own reasons, or to `other: <own words>`. Reasons are counted later, so free text
 * is marked as such instead of being mixed in. Returns it trimmed. Throws `DECIDE_REASON_UNKNOWN` (400).
 */
export function checkedReason(verdict: Disposition, reason: string, extra: readonly string[] = []): string {
  const given = reason.trim();
  if (given.length > LONGEST_REASON) {
    throw new BridgewatchError(
      'DECIDE_REASON_TOO_LONG',
      `the reason has ${given.length} characters; at most ${LONGEST_REASON}, the rest belongs in the note`,
      400,
    );
  }
  const offered = [...verdictReasons[verdict], ...extra];
  if (offered.includes(given) || OWN_WORDS.test(given)) return given;
  const allowed = offered.map((text) => `"${text}"`).join(', ');
  throw new BridgewatchError(
    'DECIDE_REASON_UNKNOWN',
    `"${given}" is no reason for ${verdict}; one of ${allowed}, or "other: " and your own words`,
    400,
  );
}

/** Why a finding is opened again: free text, but never empty. Throws `DECIDE_REASON_EMPTY` (400). */
export function checkedReopeningReason(reason: string): string {
  const given = reason.trim();
  if (given === '')
    throw new BridgewatchError('DECIDE_REASON_EMPTY', 'the reason is empty; say why the finding is opened again', 400);
  if (given.length > LONGEST_REASON) {
    throw new BridgewatchError(
      'DECIDE_REASON_TOO_LONG',
      `the reason has ${given.length} characters; at most ${LONGEST_REASON}`,
      400,
    );
  }
  return given;
}

/** Text that may not be empty and is bounded. `what` names it. Throws `DECIDE_TEXT_BAD` (400). */
export function checkedText(what: string, text: string, longest = 2000): string {
  const given = text.trim();
  if (given !== '' && given.length <= longest) return given;
  throw new BridgewatchError(
    'DECIDE_TEXT_BAD',
    `the ${what} has ${given.length} characters; give 1 to ${longest}`,
    400,
  );
}

/** A note may be empty and is bounded. Throws `DECIDE_NOTE_TOO_LONG` (400). */
export function checkedNote(note: string): string {
  if (note.length > LONGEST_NOTE) {
    throw new BridgewatchError(
      'DECIDE_NOTE_TOO_LONG',
      `the note has ${note.length} characters; at most ${LONGEST_NOTE}`,
      400,
    );
  }
  return note.trim();
}
