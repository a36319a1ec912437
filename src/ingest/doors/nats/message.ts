import type { JsonObject } from '../../../contracts/event.ts';
import { stableId } from '../../../kernel/ids.ts';
import { cutRecords } from '../../cut-records.ts';
import { formatOf, opensJson, SNIFF_BYTES } from '../../format.ts';
import type { Incoming } from '../../intake.ts';
import type { IngestLimits } from '../../limits.ts';
import { type RejectCode, rejectCodes } from '../../reject.ts';

export interface Refused {
  readonly code: RejectCode;
  readonly message: string;
  readonly raw: Buffer;
}

export interface ReadMessage {
  readonly records: readonly Incoming[];
  readonly refused: readonly Refused[];
}

/**
 * What a message holds: a JSON record, several (lines, an array, an envelope, one after the other), or lines of text.
 * @param identity of the message: the same when it is delivered again, and no other's
 */
export function readMessage(
  data: Buffer,
  identity: readonly string[],
  limits: IngestLimits,
  readText: ((text: string) => JsonObject) | undefined,
): ReadMessage {
  const records: Incoming[] = [];
  const refused: Refused[] = [];
  const text = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
  const format = formatOf(text.subarray(0, SNIFF_BYTES), text.length <= SNIFF_BYTES);
  const refuse = (code: RejectCode, detail: string, bytes: Buffer, start: number, end: number): void => {
    const raw = Buffer.from(bytes.subarray(start, Math.min(end, start + limits.rawBytes)));
    refused.push({ code, message: detail === '' ? rejectCodes[code] : `${rejectCodes[code]}: ${detail}`, raw });
  };
  if (format === 'binary') {
    refuse('INGEST_BINARY_FILE', 'a message', text, 0, text.length);
    return { records, refused };
  }
  const splitter = cutRecords({
    format,
    limits,
    readText: opensJson(text) ? undefined : readText,
    onRecord: (record, raw) => records.push({ record, raw, contentId: stableId(...identity, String(records.length)) }),
    onReject: refuse,
  });
  splitter.feed(text);
  splitter.end();
  return { records, refused };
}
