import { formatOf, SNIFF_BYTES } from '../../../format.ts';
import { ANCHOR_BYTES } from '../../../identity.ts';
import { FileProblem, type RejectCode } from '../../../reject.ts';
import { contentFrom } from '../content.ts';
import { digest, type Ground, isForeign, Outlet, refuse, textOf } from './ground.ts';
import type { Position } from './position.ts';
import { FileRecords, type Passed } from './records.ts';

/** The beginning of a content, and how to read on. */
export interface Opened {
  /** Its first bytes, decompressed: SNIFF_BYTES, or all there are. */
  readonly window: Buffer;
  readonly rest: AsyncGenerator<Buffer>;
  /** It broke off within them. */
  readonly problem: FileProblem | undefined;
}

/** @param bytes of the file, from its beginning */
export async function openWhole({ limits }: Ground, bytes: AsyncIterator<Buffer>): Promise<Opened> {
  const rest = contentFrom(bytes, limits);
  const pieces: Buffer[] = [];
  let length = 0;
  let problem: FileProblem | undefined;
  try {
    while (length < SNIFF_BYTES) {
      const next = await rest.next();
      if (next.done === true) break;
      pieces.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    problem = error;
  }
  return { window: Buffer.concat(pieces), rest, problem };
}

export function headOf({ window }: Opened): Buffer {
  return window.subarray(0, ANCHOR_BYTES);
}

/** How a reading of a whole content ended. */
export interface WholeOutcome {
  /** `differs`: it is not the content that was to be passed over. `short`: it ended among that. */
  readonly end: 'read' | 'differs' | 'short';
  /** Why none of it can be read. */
  readonly foreign?: RejectCode;
  readonly problem: FileProblem | undefined;
  readonly position: Position;
  readonly taken: number;
}

/**
 * Reads a content from its beginning to its end. The position is saved as it goes, with `readAt` 0: the caller says when the file is done.
 * @param passed what of it was read before
 */
export async function readWhole(
  ground: Ground,
  { window, rest, problem: early }: Opened,
  begun: Position,
  passed?: Passed,
): Promise<WholeOutcome> {
  const { limits } = ground;
  const text = window[0] === 0xef && window[1] === 0xbb && window[2] === 0xbf ? window.subarray(3) : window;
  const format = formatOf(text.subarray(0, SNIFF_BYTES), text.length <= SNIFF_BYTES);
  let problem = early;
  let position: Position = { ...begun, records: 0, chain: begun.start };
  if (format === 'binary' || (format === 'lines' && isForeign(ground, text.subarray(0, SNIFF_BYTES)))) {
    await rest.return(undefined);
    const foreign = format === 'binary' ? 'INGEST_BINARY_FILE' : 'INGEST_NOT_JSON';
    return { end: 'read', foreign, problem, position, taken: 0 };
  }
  const head = window.subarray(0, ANCHOR_BYTES);
  const known = { head: digest(head), headBytes: head.length };
  const outlet = new Outlet(ground);
  const records = new FileRecords({
    format,
    chain: begun.start,
    records: 0,
    passed,
    limits,
    readText: textOf(ground, text),
    onReject: (code, message, raw) => refuse(ground, begun.path, code, message, raw),
  });
  const pass = async (all: boolean): Promise<void> => {
    position = (await outlet.pass(records, () => ({ ...position, ...known, ...records.position }), all)) ?? position;
  };
  try {
    records.feed(text);
    await pass(false);
    while (problem === undefined && !records.differs) {
      const next = await rest.next();
      if (next.done === true) break;
      records.feed(next.value);
      await pass(false);
    }
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    problem = error;
  } finally {
    await rest.return(undefined);
  }
  if (problem === undefined) records.end();
  else records.abandon();
  if (records.differs) return { end: 'differs', problem, position, taken: 0 };
  if (records.passing) return { end: 'short', problem, position, taken: 0 };
  await pass(true);
  return { end: 'read', problem, position, taken: outlet.taken };
}
