import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Incoming } from '../../intake.ts';
import type { TextReading } from '../../payload/text-event.ts';
import { TooDeep } from './any-value.ts';
import { type Origin, otlpRecord, resourceOf, scopeOf } from './record.ts';

export interface RequestReading extends TextReading {
  /** Bytes of one record, as sent and as kept. */
  readonly eventBytes: number;
  /** Records of one request, and groups of them. */
  readonly events: number;
  /** Bytes of all records as kept: each has its resource beside it, so they may be many more than were sent. */
  readonly keptBytes: number;
}

type Members = Readonly<Record<string, unknown>>;

export interface RequestRead {
  readonly records: readonly Incoming[];
  /** Records refused, by stable code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Why the first of them was; '' where none was. */
  readonly detail: string;
}

/**
 * Takes what a decoder finds in an ExportLogsServiceRequest, in the request's order: a resource, then its scopes, each before its records. A record
 * that cannot be taken is refused by itself; `INGEST_REQUEST_TOO_MUCH` (413) is thrown where the request as a whole is more than is taken at once.
 */
export class RequestReader {
  readonly #reading: RequestReading;
  readonly #records: Incoming[] = [];
  readonly #refused: Record<string, number> = {};
  #detail = '';
  #resource: Origin['resource'] | undefined;
  #origin: Origin | undefined;
  #seen = 0;
  #groups = 0;
  #kept = 0;

  constructor(reading: RequestReading) {
    this.#reading = reading;
  }

  /** Bytes of one record: a longer one need not be decoded. */
  get eventBytes(): number {
    return this.#reading.eventBytes;
  }

  get result(): RequestRead {
    return { records: this.#records, refused: this.#refused, detail: this.#detail };
  }

  resource(resource: Members | undefined): void {
    this.#groups += 1;
    this.#bound(this.#groups, this.#reading.events, 'groups of records');
    this.#resource = shallow(() => resourceOf(resource));
  }

  scope(scope: Members | undefined): void {
    this.#groups += 1;
    this.#bound(this.#groups, this.#reading.events, 'groups of records');
    const resource = this.#resource;
    this.#origin = resource === undefined ? undefined : shallow(() => ({ resource, scope: scopeOf(scope) }));
  }

  /** @param bytes the record's size as sent, where that is known; else 0 */
  record(record: Members, bytes: number): void {
    const origin = this.#origin;
    const { eventBytes, keptBytes } = this.#reading;
    this.#count();
    const tooLong = bytes > eventBytes;
    const read = tooLong ? undefined : origin && shallow(() => otlpRecord(record, origin, this.#reading));
    if (tooLong || (read !== undefined && read.raw.length > eventBytes)) {
      this.#refuse('INGEST_RECORD_TOO_LONG', `a record has more than ${eventBytes} bytes`);
    } else if (read === undefined) {
      this.#refuse('INGEST_RECORD_TOO_DEEP', 'a value is nested deeper than 32 levels');
    } else {
      this.#kept += read.raw.length;
      this.#bound(this.#kept, keptBytes, 'bytes, with the resource of each record beside it');
      this.#records.push(read);
    }
  }

  /** A record that cannot be decoded. */
  damaged(detail: string): void {
    this.#count();
    this.#refuse('INGEST_OTLP_RECORD', `a log record is damaged: ${detail}`);
  }

  #count(): void {
    this.#seen += 1;
    this.#bound(this.#seen, this.#reading.events, 'records');
  }

  #refuse(code: string, detail: string): void {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1;
    if (this.#detail === '') this.#detail = detail;
  }

  #bound(found: number, limit: number, what: string): void {
    if (found <= limit) return;
    throw new BridgewatchError(
      'INGEST_REQUEST_TOO_MUCH',
      `the request has more than ${limit} ${what}; send less at once`,
      413,
    );
  }
}

/** What `read` gives, or undefined where it is nested too deep. */
function shallow<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

/** The whole body is not what it should be. */
export function malformedBody(detail: string): BridgewatchError {
  return new BridgewatchError(
    'INGEST_OTLP_BODY',
    `the body is no ExportLogsServiceRequest: ${detail.slice(0, 200)}`,
    400,
  );
}
