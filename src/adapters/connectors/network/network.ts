import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isLoopback, type Reach, refusalOf } from './addresses.ts';
import { refused } from './failures.ts';

/** The way out of this machine. */
export interface Network {
  /** Whether a destination may name loopback: only where the installation's owner says so, since our own doors are there. */
  readonly loopback: boolean;
  /** Every address of a host name. */
  resolve(host: string): Promise<readonly LookupAddress[]>;
}

export function systemNetwork(environment: NodeJS.ProcessEnv = process.env): Network {
  return {
    loopback: environment.BRIDGEWATCH_CONNECTOR_LOOPBACK === '1',
    resolve: (host) => lookup(host, { all: true }),
  };
}

/**
 * A `lookup` for sockets that gives only addresses that may be connected to, so that what is checked is what is connected to: a name that
 * resolves otherwise a moment later changes nothing. One bad address among good ones refuses the name. With `loopbackOnly` no other
 * address will do.
 */
export function guardedLookup(network: Network, reach: Reach, loopbackOnly = false): LookupFunction {
  return (host, options, done) => {
    const answer = async (): Promise<LookupAddress[]> => {
      const all = await network.resolve(host);
      for (const { address } of all) checkAddress(host, address, reach, loopbackOnly);
      const family =
        options.family === 4 || options.family === 'IPv4'
          ? 4
          : options.family === 6 || options.family === 'IPv6'
            ? 6
            : 0;
      const fit = all.filter((each) => family === 0 || each.family === family);
      if (fit.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
      return fit;
    };
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true || first === undefined) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };
}

/** Throws `CONNECTOR_REFUSED` where a host's address may not be connected to. */
export function checkAddress(host: string, address: string, reach: Reach, loopbackOnly = false): void {
  const why = refusalOf(address, reach);
  if (why !== null) throw refused(`${host}: ${address} ${why}`);
  if (loopbackOnly && !isLoopback(address)) {
    throw refused(`${host} over http with a secret: anybody on the way could read it; use https`);
  }
}
