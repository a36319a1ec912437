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
  17: [200, 'HEC is healthy'],
  18: [503, 'HEC is unhealthy, queues are full'],
  27: [413, 'Request entity too large'],
} as const satisfies Readonly<Record<number, readonly [status: number, text: string]>>;

export type HecCode = keyof typeof table;

export interface HecAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer with Splunk's code; `more` are further members (`invalid-event-number`, `ackId`). */
export function hecAnswer(code: HecCode, more: Readonly<Record<string, unknown>> = {}): HecAnswer {
  const [status, text] = table[code];
  return { status, body: { text, code, ...more } };
}
