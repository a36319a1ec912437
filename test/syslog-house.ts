import { setTimeout as later } from 'node:timers/promises';
import { decodeBatch } from '../src/contracts/log-batch.ts';
import type { SourceDirectory } from '../src/contracts/source.ts';
import { Intake, lookUpIn, openSyslog, type SyslogDoor, type SyslogOptions } from '../src/ingest/index.ts';
import { sha256 } from '../src/kernel/ids.ts';
import { lensOf } from '../src/lenses/index.ts';
import type { EventLog } from '../src/ports/event-log.ts';
import { MemoryLog } from './support/memory-log.ts';

/** Wednesday 2024-10-16, 12:00 UTC. */
export const receivedAt = Date.UTC(2024, 9, 16, 12);

export interface Kept {
  readonly source: string;
  readonly door: string;
  readonly lens: string;
  readonly id: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A syslog door on loopback, in front of an intake and a log in memory. */
export interface SyslogHouse {
  readonly door: SyslogDoor;
  readonly intake: Intake;
  /** Every event that is in the log, in the order it went in. */
  kept(): readonly Kept[];
  /** Waits until that many are. */
  keeps(events: number): Promise<readonly Kept[]>;
  close(): Promise<void>;
}

/** Who is known: sources by token, by fingerprint and by CIDR, one each. */
export interface Known {
  readonly tokens?: Readonly<Record<string, string>>;
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly networks?: Readonly<Record<string, string>>;
}

/** The directory as a server makes it, of what is known now. */
function directoryOf({ tokens = {}, fingerprints = {}, networks = {} }: Known): SourceDirectory {
  const ids = new Set([tokens, fingerprints, networks].flatMap((each) => Object.values(each)));
  const keysOf = (of: Readonly<Record<string, string>>, id: string): string[] =>
    Object.keys(of).filter((key) => of[key] === id);
  return lookUpIn({
    sources: [...ids].map((id) => ({
      id,
      tenant: 't',
      name: id,
      door: 'syslog' as const,
      createdAt: 0,
      createdBy: 'test',
      endedAt: null,
      peers: keysOf(networks, id),
      fingerprints: keysOf(fingerprints, id),
    })),
    tokens: Object.entries(tokens).map(([token, source]) => ({ hash: sha256(token), tenant: 't', source })),
  });
}

export async function openHouse(
  known: Known | (() => Known),
  options: SyslogOptions,
  { log = new MemoryLog(), around, pendingBytes }: { log?: MemoryLog; around?: EventLog; pendingBytes?: number } = {},
): Promise<SyslogHouse> {
  const clock = { now: () => receivedAt };
  const intake = new Intake({
    log: around ?? log,
    clock,
    incarnation: 'test',
    ...(pendingBytes === undefined ? {} : { pendingBytes }),
  });
  const directory: SourceDirectory =
    typeof known === 'function'
      ? { byToken: (token) => directoryOf(known()).byToken(token), byPeer: (peer) => directoryOf(known()).byPeer(peer) }
      : directoryOf(known);
  const door = await openSyslog({ intake, directory, clock }, options);
  const kept = (): Kept[] => log.appended.flatMap(({ bytes }) => eventsOf(bytes));
  return {
    door,
    intake,
    kept,
    async keeps(events) {
      const held = (): number => log.appended.reduce((sum, appended) => sum + appended.events, 0);
      await until(
        () => held() >= events,
        () => `${held()} of ${events} events`,
      );
      return kept();
    },
    close: () => door.close(),
  };
}

function eventsOf(bytes: Buffer): Kept[] {
  const batch = decodeBatch(bytes);
  const events: Kept[] = [];
  let at = 0;
  for (const [index, length] of batch.lengths.entries()) {
    const record = JSON.parse(batch.text.toString('utf8', at, at + length));
    at += length;
    const id = batch.ids.toString('hex', index * 16, index * 16 + 16);
    events.push({ source: batch.source, door: batch.door, lens: lensOf(record).name, id, record });
  }
  return events;
}

/** Polls until it is so. */
export async function until(holds: () => boolean, what: () => string = () => String(holds)): Promise<void> {
  for (let turn = 0; turn < 1500; turn += 1) {
    if (holds()) return;
    await later(10);
  }
  throw new Error(`it did not come to be within 15 s: ${what()}`);
}
