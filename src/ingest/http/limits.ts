/** What one client, and all together, may cost the listener. Every one of them ends in an answer with a code of its own. */
export interface HttpLimits {
  /** Bytes of a request's body as sent. */
  readonly requestBytes: number;
  /** Bytes of a body once decompressed. */
  readonly decompressedBytes: number;
  /**
   * A body that has given more than `ratioBytes` at more than `ratio` times its size is taken for a bomb. Real logs compress 10 to 60
   * times, endlessly repeated ones up to about 200.
   */
  readonly ratioBytes: number;
  readonly ratio: number;
  /** Bytes of bodies held at one time, all requests together: past it, clients are told to slow down. */
  readonly heldBytes: number;
  /** Bytes of one event. */
  readonly eventBytes: number;
  /** Events of one request. */
  readonly events: number;
  /** Objects and arrays inside each other in one event. */
  readonly depth: number;
  /** Milliseconds until a client must have sent its headers, its TLS handshake. */
  readonly headersMs: number;
  /** Milliseconds without a byte after which a body is given up, and for the whole of a body. */
  readonly stallMs: number;
  readonly bodyMs: number;
  /** Milliseconds an idle connection is kept. */
  readonly keepAliveMs: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Failed authentications of an address in a minute before it is only told to stop. */
  readonly failuresPerMinute: number;
}

const MIB = 1024 * 1024;

export const defaultHttpLimits: HttpLimits = Object.freeze({
  requestBytes: 32 * MIB,
  decompressedBytes: 32 * MIB,
  ratioBytes: 4 * MIB,
  ratio: 250,
  heldBytes: 128 * MIB,
  eventBytes: MIB,
  events: 100_000,
  depth: 100,
  headersMs: 10_000,
  stallMs: 15_000,
  bodyMs: 120_000,
  keepAliveMs: 75_000,
  connections: 2000,
  connectionsPerAddress: 500,
  failuresPerMinute: 60,
});
