import type { BridgewatchError } from '../../../kernel/errors.ts';

/**
 * Splunk's answers by code: status and text as "Troubleshoot HTTP Event Collector" (Splunk Enterprise, Getting Data In) has them. Clients
 * decide by status whether to send again, people by text.
 */
const table = {
  0: [200, 'Success'],
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  8: [500, 'Internal server error'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  15: [400, 'Error in handling indexed fields'],
  16: [400, 'Query string authorization is not enabled'],
  17: [200, 'HEC is healthy'],
  18: [503, 'HEC is unhealthy, queues are full'],
  27: [413, 'Request entity too large'],
} as const satisfies Readonly<Record<number, readonly [status: number, text: string]>>;

export type HecCode = keyof typeof table;

export interface HecAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a fault in an event is counted as; the codes are stable. */
export const faultCodes: Readonly<Partial<Record<HecCode, string>>> = {
  5: 'INGEST_HEC_NO_DATA',
  6: 'INGEST_INVALID_JSON',
  10: 'INGEST_HEC_CHANNEL',
  11: 'INGEST_HEC_CHANNEL',
  12: 'INGEST_HEC_EVENT_MISSING',
  13: 'INGEST_HEC_EVENT_BLANK',
  15: 'INGEST_HEC_FIELDS_NESTED',
  27: 'INGEST_RECORD_TOO_LONG',
};

/** The listener's refusals as Splunk says them. */
export function refusalAnswer({ code, status }: BridgewatchError, hasAuthorization: boolean): HecAnswer {
  const known = refusals[code];
  if (code === 'INGEST_TOKEN_MISSING') return hecAnswer(hasAuthorization ? 3 : 2);
  if (known !== undefined) return hecAnswer(known);
  if (status === 429 || status === 503 || status === 507) return hecAnswer(9);
  if (status >= 500) return hecAnswer(8);
  const { body } = hecAnswer(6);
  return { status, body };
}

const refusals: Readonly<Record<string, HecCode>> = {
  INGEST_TOKEN_UNKNOWN: 4,
  INGEST_TOKEN_IN_URL: 16,
  INGEST_BODY_TOO_LARGE: 27,
  INGEST_BODY_EXPANDS: 27,
};

/** An answer with Splunk's code; `more` are further members (`invalid-event-number`, `ackId`). */
export function hecAnswer(code: HecCode, more: Readonly<Record<string, unknown>> = {}): HecAnswer {
  const [status, text] = table[code];
  return { status, body: { text, code, ...more } };
}
