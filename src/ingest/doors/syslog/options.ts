import type { SourceDirectory } from '../../../contracts/source.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Intake } from '../../intake.ts';

export interface Listen {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

/** A listener without encryption. On loopback as it is; beyond it only with both of these. */
export interface ClearListen extends Listen {
  /** Said by whoever runs it: what comes here can be read and forged on the way. */
  readonly clearText?: boolean;
  /** CIDR of those who may connect or send. */
  readonly peers?: readonly string[];
}

/** PEM texts. A client may show a certificate of its own, self-signed too: its SHA-256 fingerprint names the source. */
export interface TlsListen extends Listen {
  readonly cert: string;
  readonly key: string;
}

export interface SyslogLimits {
  /** Bytes of one message; what is longer is cut there, kept, marked `syslog_truncated` and counted. */
  readonly messageBytes: number;
  /** An octet count beyond this is a lie or no syslog: the connection is closed. */
  readonly frameBytes: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly handshakeMs: number;
  /** From connecting to the first message of a peer that only a token can name. */
  readonly introductionMs: number;
  /** From a message's first byte to its last. */
  readonly frameMs: number;
  /** Without a byte. Long: a device that finds its connection closed often loses the line it noticed by. */
  readonly idleMs: number;
  /** Bytes read from one connection and not yet durable, above which it is not read from. */
  readonly windowBytes: number;
  /** The same for all connections together. */
  readonly roomBytes: number;
  /** What a stop waits for what was read to become durable. */
  readonly closeMs: number;
}

export const defaultSyslogLimits: SyslogLimits = {
  messageBytes: 64 * 1024,
  frameBytes: 16 * 1024 * 1024,
  connections: 1000,
  connectionsPerAddress: 100,
  handshakeMs: 10_000,
  introductionMs: 10_000,
  frameMs: 30_000,
  idleMs: 6 * 3_600_000,
  windowBytes: 1024 * 1024,
  roomBytes: 32 * 1024 * 1024,
  closeMs: 5_000,
};

export interface SyslogOptions {
  readonly tcp?: ClearListen;
  readonly udp?: ClearListen;
  readonly tls?: TlsListen;
  readonly limits?: Partial<SyslogLimits>;
  /** Ms east of UTC, for times that name no zone. */
  readonly zone?: number;
}

export interface SyslogParts {
  readonly intake: Intake;
  readonly directory: SourceDirectory;
  readonly clock: Clock;
}
