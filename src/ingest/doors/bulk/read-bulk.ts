import { setImmediate as turn } from 'node:timers/promises';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { HttpLimits } from '../../http/limits.ts';
import type { Incoming } from '../../intake.ts';
import { type Action, readAction } from './action.ts';
import { type DocumentFault, isFault, readDocument } from './document.ts';

/** One action and what became of it. */
export interface BulkItem {
  readonly action: Action;
  /** Absent where its document goes into the log. */
  readonly fault: DocumentFault | undefined;
}

interface Bulk {
  readonly items: readonly BulkItem[];
  readonly records: readonly Incoming[];
}

const NEWLINE = 10;
const SPACE = 32;
/** Bytes read in one turn of the event loop: a large body must not keep the receipts of others waiting. */
const TURN_BYTES = 1024 * 1024;

/**
 * A bulk body (newline-delimited JSON: an action, its document, an action, ...), each document parsed once and kept as the bytes it came as. The last newline may
 * be missing. Throws `INGEST_BULK_MALFORMED` (400) and `INGEST_TOO_MANY_EVENTS` (413): nothing of such a body is taken.
 */
export async function readBulk(body: Buffer, index: string | undefined, limits: HttpLimits): Promise<Bulk> {
  const items: BulkItem[] = [];
  const records: Incoming[] = [];
  let [from, to, line, rested] = [0, 0, 0, 0];
  const next = (): boolean => {
    if (to >= body.length) return false;
    from = to === 0 && line === 0 ? 0 : to + 1;
    if (from >= body.length) return false;
    const newline = body.indexOf(NEWLINE, from);
    to = newline < 0 ? body.length : newline;
    line += 1;
    return true;
  };
  let [actionFrom, actionTo] = [0, 0];
  let action: Action | undefined;
  while (next()) {
    const end = trimmed(body, from, to);
    if (end === from) continue;
    // Shippers repeat one action line over and over: it is read once.
    if (action === undefined || action.id !== undefined || !same(body, actionFrom, actionTo, from, end)) {
      if (end - from > limits.eventBytes) throw malformed(line, `it has ${end - from} bytes`);
      action = readAction(body.toString('utf8', from, end), line, index);
      [actionFrom, actionTo] = [from, end];
    }
    if (items.length >= limits.events)
      throw new BridgewatchError(
        'INGEST_TOO_MANY_EVENTS',
        `more than ${limits.events} events at once; send fewer`,
        413,
      );
    if (action.verb !== 'delete' && !next()) throw malformed(line, 'the document after it is missing');
    const fault = notTaken(action);
    const read = fault ?? readDocument(body, from, trimmed(body, from, to), action.id, limits);
    if (isFault(read)) items.push({ action, fault: read });
    else {
      items.push({ action, fault: undefined });
      records.push(read);
    }
    if (to - rested > TURN_BYTES) {
      rested = to;
      await turn();
    }
  }
  return { items, records };
}

/** Why an action is not done, whatever its document. */
export function notTaken({ verb, fault }: Action): DocumentFault | undefined {
  if (verb === 'update' || verb === 'delete')
    return {
      status: 400,
      type: 'action_request_validation_exception',
      code: 'INGEST_APPEND_ONLY',
      message: `Validation Failed: 1: [${verb}] is not done: events are only ever added;`,
    };
  if (fault === undefined) return undefined;
  return {
    status: 400,
    type: 'illegal_argument_exception',
    code: 'INGEST_BAD_NAME',
    message: `the document's name is not taken: ${fault}`,
  };
}

function trimmed(body: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (body[end - 1] ?? 0) <= SPACE) end -= 1;
  return end;
}

function same(body: Buffer, from: number, to: number, otherFrom: number, otherTo: number): boolean {
  return to - from === otherTo - otherFrom && body.compare(body, from, to, otherFrom, otherTo) === 0;
}

function malformed(line: number, why: string): BridgewatchError {
  return new BridgewatchError('INGEST_BULK_MALFORMED', `Malformed action/metadata line [${line}]: ${why}`, 400);
}
