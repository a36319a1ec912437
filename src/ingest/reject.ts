/** Why a record, or the rest of a file, could not be read; the codes are stable. */
export const rejectCodes = {
  INGEST_INVALID_JSON: 'the record is not valid JSON',
  INGEST_NOT_AN_OBJECT: 'an event is a JSON object; this is another JSON value',
  INGEST_RECORD_TOO_LONG: 'the record is longer than the limit',
  INGEST_RECORD_TOO_DEEP: 'objects and arrays are nested deeper than the limit',
  INGEST_TRUNCATED: 'the file ends inside a record',
  INGEST_NOT_JSON: 'the file does not hold JSON records',
  INGEST_BINARY_FILE: 'the file is binary, not JSON text',
  INGEST_GZIP_TRUNCATED: 'the gzip data ends too early; what could be decompressed was read',
  INGEST_GZIP_CORRUPT: 'the gzip data is damaged; what came before was read',
  INGEST_GZIP_BOMB: 'the gzip data expands beyond any plausible log; reading stopped',
  INGEST_EVTX_CHECKSUM: 'a checksum in the event log does not match; what could be read there was read',
  INGEST_EVTX_CHUNK: 'a chunk of the event log has no valid header; records found in it were read',
  INGEST_EVTX_TRUNCATED: 'the event log is cut off; the records before were read',
  INGEST_EVTX_RECORD: 'bytes in the event log are no whole record',
  INGEST_EVTX_BINXML: 'the Binary XML of the record is malformed',
  INGEST_EVTX_TEMPLATE: 'the template of the record cannot be read',
  INGEST_EVTX_SUBSTITUTION: 'the values of the record do not fit it or its template',
  INGEST_EVTX_TOO_DEEP: 'elements of the record are nested deeper than the limit',
  INGEST_EVTX_EXPANSION: 'the record expands beyond any plausible event',
  INGEST_EVTX_UNREADABLE: 'the event log holds no record that can be read',
  INGEST_READ_FAILED: 'the file could not be read to its end',
} as const;

export type RejectCode = keyof typeof rejectCodes;

/** One thing that was not read. It is counted, reported, kept by the caller, and never stops the run. */
export interface Reject {
  /** As given by the caller, or the path found in a folder given by the caller. */
  readonly file: string;
  /** 1-based line; the record's number where records are not lines; 0 for the file as a whole. */
  readonly line: number;
  readonly code: RejectCode;
  readonly message: string;
  /** The record's first bytes as received. */
  readonly raw?: Buffer;
}

/** A problem that ends the reading of one file. */
export class FileProblem extends Error {
  readonly code: RejectCode;

  constructor(code: RejectCode, detail = '') {
    super(detail === '' ? rejectCodes[code] : `${rejectCodes[code]}: ${detail}`);
    this.name = 'FileProblem';
    this.code = code;
  }
}
