import type { SourceDirectory, SourceRef } from '../../contracts/source.ts';
import type { LiveSources } from '../../ports/state/sources.ts';
import { addressOf, contains, type Range, rangeOf } from './peers.ts';
import { sourceTokenHash } from './tokens.ts';

/** Addresses remembered; a flood of forged ones (UDP) makes it begin anew, and grow no further. */
const MOST_REMEMBERED = 10_000;

/**
 * Who may send, out of what was read of the store. A presented token is hashed before it is looked up, so that the time taken tells
 * nothing about tokens that are held.
 */
export function lookUpIn({ sources, tokens }: LiveSources): SourceDirectory {
  const byHash = new Map(tokens.map(({ hash, tenant, source }) => [hash, { tenant, id: source }]));
  const byFingerprint = new Map<string, SourceRef | undefined>();
  const ranges: { readonly range: Range; readonly source: SourceRef }[] = [];
  for (const { tenant, id, door, peers, fingerprints } of sources) {
    if (door !== 'syslog') continue;
    const source = { tenant, id };
    // Two tenants may name the same certificate, neither knowing of the other: it is then nobody's.
    for (const each of new Set(fingerprints)) byFingerprint.set(each, byFingerprint.has(each) ? undefined : source);
    for (const each of peers) {
      const range = rangeOf(each);
      if (range !== undefined) ranges.push({ range, source });
    }
  }
  const remembered = new Map<string, SourceRef | undefined>();

  const byAddress = (text: string): SourceRef | undefined => {
    if (remembered.has(text)) return remembered.get(text);
    const address = addressOf(text);
    const fits = new Set(
      address === undefined ? [] : ranges.filter(({ range }) => contains(range, address)).map(({ source }) => source),
    );
    const [found] = fits.size === 1 ? fits : [];
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(text, found);
    return found;
  };

  return {
    byToken(token) {
      const hash = sourceTokenHash(token);
      return hash === undefined ? undefined : byHash.get(hash);
    },
    byPeer({ address, fingerprint }) {
      if (fingerprint !== undefined) {
        const digits = fingerprint.replaceAll(':', '').toLowerCase();
        if (byFingerprint.has(digits)) return byFingerprint.get(digits);
      }
      return byAddress(address);
    },
  };
}
