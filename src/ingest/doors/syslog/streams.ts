import { constants } from 'node:crypto';
import { once } from 'node:events';
import { type BlockList, createServer, type Socket } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { SyslogConnection } from './connection.ts';
import type { Ground, Listener } from './ground.ts';
import type { Listen, TlsListen } from './options.ts';
import { mayReach, plainAddress } from './peers.ts';

/** Listens for streams: in clear text, or with `tls`. Connections are counted before the handshake: half of one holds a place too. */
export async function listenForStreams(
  listen: Listen,
  allowed: BlockList | undefined,
  tls: TlsListen | undefined,
  ground: Ground,
): Promise<Listener> {
  const { counters, limits } = ground;
  const sockets = new Set<Socket>();
  const byAddress = new Map<string, number>();
  const connections = new Set<SyslogConnection>();
  let closed = false;

  const begin = (socket: Socket, address: string, fingerprint: string | undefined): void => {
    const connection = new SyslogConnection(socket, address, fingerprint, ground);
    connections.add(connection);
    void connection.done.finally(() => connections.delete(connection));
  };
  const secure = tls === undefined ? undefined : secureServer(tls, ground, begin);

  const server = createServer((socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    const already = byAddress.get(address) ?? 0;
    socket.on('error', () => socket.destroy());
    if (!mayReach(allowed, address)) {
      counters.count('SYSLOG_PEER_NOT_ALLOWED');
      socket.destroy();
    } else if (closed || counters.open >= limits.connections || already >= limits.connectionsPerAddress) {
      counters.count('SYSLOG_TOO_MANY_CONNECTIONS');
      socket.destroy();
    } else {
      counters.open += 1;
      sockets.add(socket);
      byAddress.set(address, already + 1);
      socket.on('close', () => {
        counters.open -= 1;
        sockets.delete(socket);
        const others = (byAddress.get(address) ?? 1) - 1;
        if (others === 0) byAddress.delete(address);
        else byAddress.set(address, others);
      });
      socket.setKeepAlive(true, 60_000);
      if (secure === undefined) begin(socket, address, undefined);
      else secure.emit('connection', socket);
    }
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  // A connection that could not be accepted (no file handles left) is that connection's end, not the door's.
  server.on('error', () => {});
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the listener has no address');

  return {
    address: { host: bound.address, port: bound.port },
    async close() {
      closed = true;
      server.close();
      const open = [...connections];
      for (const connection of open) connection.stop();
      for (const socket of sockets) socket.destroy();
      const over = Promise.all(open.map(({ done }) => done));
      await Promise.race([over, later(limits.closeMs, undefined, { ref: false })]);
      for (const connection of open) connection.abandon();
      await over;
    },
  };
}

/** TLS over sockets that another server took. Certificates of clients are not judged by who signed them: the fingerprint is known or is not. */
function secureServer(
  { cert, key }: TlsListen,
  { counters, limits }: Ground,
  begin: (socket: Socket, address: string, fingerprint: string | undefined) => void,
): TlsServer {
  const secure = createTlsServer({
    cert,
    key,
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.handshakeMs,
    // A resumed session would show the certificate of the one it resumes.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  secure.on('secureConnection', (socket: TLSSocket) => {
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
    begin(socket, plainAddress(socket.remoteAddress ?? ''), fingerprint);
  });
  secure.on('tlsClientError', (_error, socket) => {
    counters.count('SYSLOG_HANDSHAKE_FAILED');
    socket.destroy();
  });
  return secure;
}
