import { BlockList } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { decodeBatch } from '../src/contracts/log-batch.ts';
import type { SourceDirectory, SourceRef } from '../src/contracts/source.ts';
import { Intake, openSyslog, type SyslogDoor, type SyslogOptions } from '../src/ingest/index.ts';
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

export function directoryOf(known: () => Known): SourceDirectory {
  const ref = (id: string | undefined): SourceRef | undefined => (id === undefined ? undefined : { tenant: 't', id });
  return {
    byToken: (token) => ref(known().tokens?.[token]),
    byPeer: ({ address, fingerprint }) => {
      const { fingerprints = {}, networks = {} } = known();
      if (fingerprint !== undefined && Object.hasOwn(fingerprints, fingerprint)) return ref(fingerprints[fingerprint]);
      for (const [network, id] of Object.entries(networks)) {
        const [net = '', bits] = network.split('/');
        const list = new BlockList();
        list.addSubnet(net, Number(bits), 'ipv4');
        if (list.check(address, 'ipv4')) return ref(id);
      }
      return undefined;
    },
  };
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
  const directory = directoryOf(typeof known === 'function' ? known : () => known);
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
