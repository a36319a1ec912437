import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type BlockList, isIP } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import type { Ground, Listener } from './ground.ts';
import type { Listen } from './options.ts';
import { Outflow } from './outflow.ts';
import { mayReach, plainAddress } from './peers.ts';
import { received } from './received.ts';

/** What the system holds while the process is busy. */
const RECEIVE_BYTES = 4 * 1024 * 1024;

/** Listens for datagrams, one message each. Nothing can be told to a sender: what comes faster than it becomes durable is dropped and counted. */
export async function listenForDatagrams(
  listen: Listen,
  allowed: BlockList | undefined,
  ground: Ground,
): Promise<Listener> {
  const { counters, limits, intake, directory, room } = ground;
  const outflow = new Outflow({
    intake,
    counters,
    room,
    windowBytes: limits.roomBytes,
    roomBytes: limits.roomBytes,
    onRoom: () => {},
  });
  const socket = createSocket({
    type: isIP(listen.host) === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BYTES,
  });
  socket.on('message', (bytes, { address: from }) => {
    const address = plainAddress(from);
    if (!mayReach(allowed, address)) {
      counters.count('SYSLOG_PEER_NOT_ALLOWED');
      return;
    }
    const source = directory.byPeer({ address });
    if (intake.busy || outflow.full) {
      counters.count('SYSLOG_DATAGRAM_DROPPED');
      if (source !== undefined) intake.counters.rejected(source, 'SYSLOG_DATAGRAM_DROPPED');
      return;
    }
    const cut = bytes.length > limits.messageBytes;
    const found = received(bytes.subarray(0, limits.messageBytes), cut, { address, source }, ground);
    if (found === undefined) return;
    if ('refused' in found) {
      counters.count(found.refused);
      return;
    }
    if (cut) counters.count('SYSLOG_MESSAGE_CUT');
    outflow.add(found.source, found.incoming);
  });
  socket.bind(listen.port, listen.host);
  await once(socket, 'listening');
  // An unreachable answer to something sent earlier is no reason to stop.
  socket.on('error', () => {});
  const bound = socket.address();

  return {
    address: { host: bound.address, port: bound.port },
    async close() {
      socket.close();
      const over = outflow.drained();
      await Promise.race([over, later(limits.closeMs, undefined, { ref: false })]);
      outflow.abandon();
      await over;
    },
  };
}
