import type { Socket } from 'node:net';
import type { SyslogCode } from './counters.ts';
import { type Flaw, Framer } from './framer.ts';
import type { Ground } from './ground.ts';
import { Outflow } from './outflow.ts';
import { type Peer, received } from './received.ts';

/** How often a stream that is not read from looks whether it may be again. */
const PACE_MS = 20;

/** One stream of syslog, from its first byte until what was read of it is durable. */
export class SyslogConnection {
  readonly #socket: Socket;
  readonly #ground: Ground;
  readonly #address: string;
  readonly #fingerprint: string | undefined;
  readonly #framer: Framer;
  readonly #outflow: Outflow;
  readonly #done = Promise.withResolvers<void>();
  #peer: Peer;
  #paused = false;
  /** It showed to be nobody's, or no syslog: nothing more of it is taken. */
  #refused = false;
  #over = false;
  #pacing: NodeJS.Timeout | undefined;
  #stalling: NodeJS.Timeout | undefined;
  #introducing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, address: string, fingerprint: string | undefined, ground: Ground) {
    this.#socket = socket;
    this.#ground = ground;
    this.#address = address;
    this.#fingerprint = fingerprint;
    const { limits, intake, counters, room } = ground;
    this.#framer = new Framer(
      { message: (bytes, flaw) => this.#message(bytes, flaw) },
      limits.messageBytes,
      limits.frameBytes,
    );
    this.#outflow = new Outflow({
      intake,
      counters,
      room,
      windowBytes: limits.windowBytes,
      roomBytes: limits.roomBytes,
      onRoom: () => this.#pace(),
    });
    this.#peer = this.#who();
    if (this.#peer.source === undefined)
      this.#introducing = setTimeout(() => this.#close('SYSLOG_IDLE'), limits.introductionMs);
    socket.setTimeout(limits.idleMs, () => this.#idle());
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => this.#ended(true));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#ended(false));
  }

  /** Resolves when the connection is over and what was read of it durable or given up. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Reads no more. */
  stop(): void {
    this.#socket.destroy();
  }

  abandon(): void {
    this.#outflow.abandon();
  }

  /** Asked anew at every read, so that a source that was ended is closed to those who are connected. */
  #who(): Peer {
    const { directory } = this.#ground;
    const source = directory.byPeer({ address: this.#address, fingerprint: this.#fingerprint });
    return { address: this.#address, source };
  }

  #read(chunk: Buffer): void {
    if (this.#refused || this.#over) return;
    this.#peer = this.#who();
    const before = this.#framer.finished;
    if (!this.#framer.push(chunk)) {
      this.#close('SYSLOG_FRAME_INVALID');
      this.#refused = true;
    }
    if (this.#refused) return;
    if (this.#framer.finished !== before) {
      clearTimeout(this.#stalling);
      this.#stalling = undefined;
    }
    if (this.#framer.pending) this.#stalling ??= setTimeout(() => this.#stalled(), this.#ground.limits.frameMs);
    this.#pace();
  }

  #message(bytes: Buffer, flaw: Flaw | undefined): void {
    if (this.#refused) return;
    const found = received(bytes, flaw !== undefined, this.#peer, this.#ground);
    if (found === undefined) return;
    if ('refused' in found) {
      this.#close(found.refused);
      this.#refused = true;
      return;
    }
    if (flaw !== undefined) this.#ground.counters.count(flaw);
    clearTimeout(this.#introducing);
    this.#outflow.add(found.source, found.incoming);
  }

  /** TCP's own backpressure: what is not read fills the sender's queue, which it keeps. */
  #pace(): void {
    const mustWait = this.#outflow.full || this.#ground.intake.busy;
    if (mustWait && !this.#paused && this.#peer.source !== undefined) {
      this.#ground.intake.counters.slowed(this.#peer.source);
    }
    if (mustWait !== this.#paused) {
      this.#paused = mustWait;
      if (mustWait) this.#socket.pause();
      else this.#socket.resume();
    }
    clearTimeout(this.#pacing);
    if (this.#paused && !this.#over) this.#pacing = setTimeout(() => this.#pace(), PACE_MS);
  }

  #idle(): void {
    if (this.#paused) this.#socket.setTimeout(this.#ground.limits.idleMs);
    else this.#close('SYSLOG_IDLE');
  }

  #stalled(): void {
    this.#stalling = undefined;
    if (this.#paused) this.#stalling = setTimeout(() => this.#stalled(), this.#ground.limits.frameMs);
    else if (this.#framer.pending) this.#close('SYSLOG_STALLED');
  }

  #close(code: SyslogCode): void {
    if (this.#over) return;
    this.#ground.counters.count(code);
    this.#socket.destroy();
  }

  /** However it ended: what was begun is given out, then all of it is waited for. */
  #ended(whole: boolean): void {
    if (this.#over) return;
    if (!this.#refused) this.#framer.end(whole);
    this.#over = true;
    for (const timer of [this.#pacing, this.#stalling, this.#introducing]) clearTimeout(timer);
    void this.#outflow.drained().then(this.#done.resolve, this.#done.reject);
  }
}
