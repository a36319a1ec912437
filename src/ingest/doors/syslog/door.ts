import { SyslogCounters } from './counters.ts';
import { listenForDatagrams } from './datagrams.ts';
import type { Ground, Listener } from './ground.ts';
import { defaultSyslogLimits, type SyslogOptions, type SyslogParts } from './options.ts';
import { clearPeers } from './peers.ts';
import { listenForStreams } from './streams.ts';

export interface SyslogDoor {
  readonly tcp: Listener['address'] | undefined;
  readonly tls: Listener['address'] | undefined;
  readonly udp: Listener['address'] | undefined;
  readonly counters: SyslogCounters;
  close(): Promise<void>;
}

/**
 * Opens the listeners that are named. Throws `SYSLOG_CLEAR_TEXT` and `SYSLOG_PEERS_INVALID` before any is open, and the system's
 * errors (a port in use) after closing those that are.
 */
export async function openSyslog(parts: SyslogParts, options: SyslogOptions): Promise<SyslogDoor> {
  const { tcp, udp, tls } = options;
  const tcpPeers = tcp === undefined ? undefined : clearPeers('TCP', tcp);
  const udpPeers = udp === undefined ? undefined : clearPeers('UDP', udp);
  const counters = new SyslogCounters();
  const ground: Ground = {
    ...parts,
    counters,
    limits: { ...defaultSyslogLimits, ...options.limits },
    zone: options.zone ?? 0,
    room: { bytes: 0 },
  };
  const open: Listener[] = [];
  const opened = async (listening: Promise<Listener>): Promise<Listener> => {
    const listener = await listening;
    open.push(listener);
    return listener;
  };
  const close = async (): Promise<void> => {
    await Promise.all(open.map((listener) => listener.close()));
  };
  try {
    const plain = tcp && (await opened(listenForStreams(tcp, tcpPeers, undefined, ground)));
    const secure = tls && (await opened(listenForStreams(tls, undefined, tls, ground)));
    const datagrams = udp && (await opened(listenForDatagrams(udp, udpPeers, ground)));
    return { tcp: plain?.address, tls: secure?.address, udp: datagrams?.address, counters, close };
  } catch (error) {
    await close();
    throw error;
  }
}
