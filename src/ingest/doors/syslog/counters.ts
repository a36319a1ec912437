/** What the door refused, cut or lost, by stable code. */
export const syslogCodes = {
  SYSLOG_TOO_MANY_CONNECTIONS: 'as many connections as may be open are, in all or from that address',
  SYSLOG_PEER_NOT_ALLOWED: 'the address is not among those that may send in clear text',
  SYSLOG_PEER_UNKNOWN: 'no source has this address or certificate, and the message names none by token',
  SYSLOG_TOKEN_UNKNOWN: "the message's token is no source's",
  SYSLOG_HANDSHAKE_FAILED: 'the TLS handshake failed or was not finished in time',
  SYSLOG_FRAME_INVALID: 'an octet count is beyond any message',
  SYSLOG_STALLED: 'a message was begun and not finished in time',
  SYSLOG_IDLE: 'the connection was silent too long, or did not say in time who it is',
  SYSLOG_MESSAGE_CUT: 'the message is longer than the limit; its beginning is kept',
  SYSLOG_MESSAGE_UNFINISHED: 'the connection ended inside a message; what came of it is kept',
  SYSLOG_DATAGRAM_DROPPED: 'a datagram came faster than events become durable',
  SYSLOG_MESSAGE_UNREADABLE: 'the record could not be handed on',
  SYSLOG_APPEND_FAILED: 'the event log took nothing; it is tried again',
  SYSLOG_LOST_AT_STOP: 'read, and not durable when the door was closed',
} as const;

export type SyslogCode = keyof typeof syslogCodes;

/** Counts of the whole door: what cannot be counted under a source, because nobody showed to be one. */
export class SyslogCounters {
  readonly #counts = new Map<SyslogCode, number>();
  /** Connections open now. */
  open = 0;
  /** Messages handed on. */
  messages = 0;

  count(code: SyslogCode, times = 1): void {
    this.#counts.set(code, this.of(code) + times);
  }

  of(code: SyslogCode): number {
    return this.#counts.get(code) ?? 0;
  }

  /** All that is not zero. */
  all(): Readonly<Partial<Record<SyslogCode, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
