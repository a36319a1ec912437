import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { BlockList, isIPv6, type Socket } from 'node:net';
import type { HttpLimits } from './limits.ts';

/** PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

interface ServerOptions {
  readonly limits: HttpLimits;
  readonly tls: TlsPair | undefined;
  /** Addresses or CIDR ranges of proxies in front: no bound by address holds for them, and without TLS nobody else may connect but loopback. */
  readonly proxies: readonly string[];
}

/** Node's HTTP(S) server with the bounds on connections: how many, how many of an address, how long they may say nothing. */
export function boundedServer(listener: RequestListener, { limits, tls, proxies }: ServerOptions): Server {
  const timeouts = {
    headersTimeout: limits.headersMs,
    // The body has its own clock (body.ts); this one ends what slips past it.
    requestTimeout: limits.headersMs + limits.bodyMs + 5000,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersMs),
    maxHeaderSize: 16 * 1024,
  };
  const server =
    tls === undefined
      ? createServer(timeouts, listener)
      : createTlsServer({ ...timeouts, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersMs }, listener);
  server.maxConnections = limits.connections;
  // A client that sends and never reads its answer: nothing moves, and no other clock runs.
  server.timeout = limits.bodyMs;
  const trusted = blockList(proxies);
  const near = blockList(['127.0.0.0/8', '::1']);
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const proxied = listed(trusted, address);
    if (proxies.length > 0 && tls === undefined && !proxied && !listed(near, address)) return socket.destroy();
    if (proxied) return socket;
    const count = (open.get(address) ?? 0) + 1;
    if (count > limits.connectionsPerAddress) return socket.destroy();
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    return socket;
  });
  return server;
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function listed(list: BlockList, address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
