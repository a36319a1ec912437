import type { SourceDirectory, SourceRef } from '../../../contracts/source.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Incoming } from '../../intake.ts';
import { decodeText } from '../../payload/decode-text.ts';
import { readText } from '../../payload/text-record.ts';
import type { SyslogCode } from './counters.ts';

/** Who sent, as far as the connection or the datagram shows. */
export interface Peer {
  readonly address: string;
  readonly source: SourceRef | undefined;
}

export interface Reading {
  readonly directory: SourceDirectory;
  readonly clock: Clock;
  readonly zone: number;
}

export type Received =
  | { readonly source: SourceRef; readonly incoming: Incoming }
  | { readonly refused: SyslogCode }
  | undefined;

const TOKEN_ELEMENT = Buffer.from('bridgewatch@32473');

/**
 * One message's bytes as a record and its source: the one its token names, else the peer. A wrong token is nobody, also from a known peer. Undefined
 * for a message without a character.
 */
export function received(bytes: Buffer, cut: boolean, peer: Peer, { directory, clock, zone }: Reading): Received {
  // Strangers cost a search, not a parse.
  if (peer.source === undefined && !bytes.includes(TOKEN_ELEMENT)) return { refused: 'SYSLOG_PEER_UNKNOWN' };
  const text = decodeText(bytes);
  if (text === '') return undefined;
  const { record, token } = readText(text, clock.now(), peer.address, zone);
  const source = token === undefined ? peer.source : directory.byToken(token);
  if (source === undefined) return { refused: token === undefined ? 'SYSLOG_PEER_UNKNOWN' : 'SYSLOG_TOKEN_UNKNOWN' };
  const kept = cut ? { ...record, syslog_truncated: true } : record;
  return { source, incoming: { record: kept, raw: JSON.stringify(kept) } };
}
