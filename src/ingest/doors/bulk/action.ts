import type { JsonObject } from '../../../contracts/event.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';

/** What a client asks for a document. The log is append-only: only the first two are done. */
export type Verb = 'index' | 'create' | 'update' | 'delete';

export interface Action {
  readonly verb: Verb;
  /** The index it named, or the URL did. Answered as it came and used for nothing: the token says whose the event is. */
  readonly index: string;
  /** `_id` as the client gave it. */
  readonly id: string | undefined;
  /** What is wrong with the action, though it can be read. */
  readonly fault?: string;
}

const verbs: ReadonlySet<string> = new Set<Verb>(['index', 'create', 'update', 'delete']);
/** Elasticsearch's bounds, in bytes. */
const LONGEST_INDEX = 255;
const LONGEST_ID = 512;

/**
 * The action in a line of a bulk body. Throws `INGEST_BULK_MALFORMED` (400) where it is none, which ends the request as it does in Elasticsearch:
 * whatever follows cannot be told apart from documents.
 * @param line 1-based, for the message
 * @param index the one in the URL
 */
export function readAction(text: string, line: number, index: string | undefined): Action {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(line, 'it is not JSON');
  }
  if (!isObject(value)) throw malformed(line, 'it is no object');
  const names = Object.keys(value);
  const verb = names[0] ?? '';
  if (names.length !== 1 || !verbs.has(verb))
    throw malformed(
      line,
      `expected one of [create], [delete], [index], [update], found [${names.join(', ').slice(0, 80)}]`,
    );
  const about = value[verb];
  if (!isObject(about)) throw malformed(line, `[${verb}] is no object`);
  const named = about._index ?? index;
  if (typeof named !== 'string' || named === '') throw malformed(line, 'no index is named, here or in the URL');
  const id = typeof about._id === 'number' ? String(about._id) : (about._id ?? undefined);
  if (id !== undefined && typeof id !== 'string') throw malformed(line, '[_id] is no text');
  const fault = faultOf(named, id);
  const action = { verb: verb as Verb, index: named.slice(0, LONGEST_INDEX), id: id?.slice(0, LONGEST_ID) };
  return fault === undefined ? action : { ...action, fault };
}

/** Why Elasticsearch would not take such names; undefined where it would. */
export function faultOf(index: string, id: string | undefined): string | undefined {
  if (Buffer.byteLength(index) > LONGEST_INDEX) return `the index name is longer than ${LONGEST_INDEX} bytes`;
  if (id === '') return 'if _id is specified it must not be empty';
  if (id !== undefined && Buffer.byteLength(id) > LONGEST_ID) return `the _id is longer than ${LONGEST_ID} bytes`;
  return undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(line: number, why: string): BridgewatchError {
  return new BridgewatchError('INGEST_BULK_MALFORMED', `Malformed action/metadata line [${line}]: ${why}`, 400);
}
