import type { SourceRef } from '../../../contracts/source.ts';
import type { Clock } from '../../../ports/clock.ts';

interface Channel {
  next: number;
  /** Ids given out and not yet asked for. All of them are durable: an id is made after the receipt. */
  readonly open: Set<number>;
  usedAt: number;
}

export interface ChannelLimits {
  /** Channels remembered, all sources. The one unused longest is forgotten for a new one. */
  readonly channels: number;
  /** Ids of a channel that nobody has asked for; the oldest is forgotten for a new one. */
  readonly ids: number;
  /** A channel unused this long is forgotten. Splunk's default is 10 minutes. */
  readonly idleMs: number;
}

const defaults: ChannelLimits = { channels: 10_000, ids: 10_000, idleMs: 10 * 60_000 };

/**
 * Acknowledgement ids by source and channel. An id that was forgotten, or given by a process that is gone, is answered with false, so that
 * the client sends again; what it sends again is known by its digest and counts once.
 */
export class AckChannels {
  readonly #clock: Clock;
  readonly #limits: ChannelLimits;
  /** In the order they were last used. */
  readonly #channels = new Map<string, Channel>();

  constructor(clock: Clock, limits: Partial<ChannelLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...defaults, ...limits };
  }

  /** The id of a request that is durable now. */
  give(source: SourceRef, name: string): number {
    this.#forgetIdle();
    const key = keyOf(source, name);
    const channel = this.#channels.get(key) ?? { next: 0, open: new Set<number>(), usedAt: 0 };
    this.#touch(key, channel);
    const id = channel.next;
    channel.next += 1;
    channel.open.add(id);
    if (channel.open.size > this.#limits.ids) for (const oldest of channel.open) if (channel.open.delete(oldest)) break;
    if (this.#channels.size > this.#limits.channels)
      for (const oldest of this.#channels.keys()) if (this.#channels.delete(oldest)) break;
    return id;
  }

  /** Which of `ids` are durable. As in Splunk, an id that was answered with true is forgotten. */
  take(source: SourceRef, name: string, ids: readonly number[]): Record<string, boolean> {
    this.#forgetIdle();
    const key = keyOf(source, name);
    const channel = this.#channels.get(key);
    if (channel !== undefined) this.#touch(key, channel);
    const answer: Record<string, boolean> = {};
    for (const id of ids) answer[id] = answer[id] === true || channel?.open.delete(id) === true;
    return answer;
  }

  #touch(key: string, channel: Channel): void {
    channel.usedAt = this.#clock.now();
    this.#channels.delete(key);
    this.#channels.set(key, channel);
  }

  #forgetIdle(): void {
    const before = this.#clock.now() - this.#limits.idleMs;
    for (const [key, channel] of this.#channels) {
      if (channel.usedAt > before) break;
      this.#channels.delete(key);
    }
  }
}

function keyOf({ tenant, id }: SourceRef, name: string): string {
  return `${tenant}|${id}|${name.toLowerCase()}`;
}

/** Channels are GUIDs; Splunk's own clients write them with and without dashes. */
export function isChannel(name: string): boolean {
  return /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(name);
}
