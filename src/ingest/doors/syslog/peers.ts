import { BlockList, isIP } from 'node:net';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { ClearListen } from './options.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** An address as it is kept and compared: IPv4 that came over an IPv6 socket as IPv4. */
export function plainAddress(address: string): string {
  return /^::ffff:\d{1,3}(?:\.\d{1,3}){3}$/i.test(address) ? address.slice(7) : address;
}

/**
 * Who may send to a listener without encryption; undefined: everybody who reaches it, which is this machine.
 * Throws `SYSLOG_CLEAR_TEXT` where it would listen beyond loopback without `clearText` and `peers`, `SYSLOG_PEERS_INVALID` for what is no CIDR.
 */
export function clearPeers(kind: 'TCP' | 'UDP', listen: ClearListen): BlockList | undefined {
  const { host, clearText = false, peers = [] } = listen;
  if (!isLoopback(host) && !(clearText && peers.length > 0)) {
    throw new BridgewatchError(
      'SYSLOG_CLEAR_TEXT',
      `syslog over ${kind} on ${host} is read and forged by whoever is on the way: use TLS, or say clearText and name the peers that cannot`,
      400,
    );
  }
  if (peers.length === 0) return undefined;
  const allowed = new BlockList();
  for (const peer of peers) {
    const [address = '', prefix, ...more] = peer.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
    if (family === 0 || more.length > 0 || bits < 1 || bits > most) {
      throw new BridgewatchError(
        'SYSLOG_PEERS_INVALID',
        `"${peer}" names no peers; write an address or a network such as 192.0.2.0/24, not everybody`,
        400,
      );
    }
    allowed.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return allowed;
}

export function mayReach(allowed: BlockList | undefined, address: string): boolean {
  return allowed === undefined || allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
