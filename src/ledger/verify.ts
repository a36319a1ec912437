import { LedgerEntry } from '../contracts/ledger-entry.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import { type ChainHead, emptyChain } from './entry.ts';

/** Nothing but an entry: a field more is a change too. */
const StrictEntry = LedgerEntry.strict();

/** One entry as the store holds it, with whatever payload stands beside it. */
export interface StoredLink {
  /** Null where only a payload stands at this number. */
  readonly stored: {
    readonly bytes: Uint8Array;
    readonly hash: string;
    readonly subjectKind: string;
    readonly subjectId: string;
  } | null;
  readonly seq: number;
  readonly payload: Uint8Array | null;
}

/** One chain as the store holds it: links by rising `seq`, and the head the store believes in. */
export interface StoredChain {
  readonly tenant: string;
  readonly head: ChainHead | null;
  readonly links: AsyncIterable<StoredLink>;
}

/** The first thing in a chain that does not fit. `row` names table and key as a person would look it up. */
interface LedgerProblem {
  readonly tenant: string;
  readonly seq: number | null;
  readonly row: string;
  readonly what: string;
}

export interface ChainVerdict {
  readonly tenant: string;
  /** Entries that were read and fit. */
  readonly entries: number;
  readonly head: string;
  readonly problem: LedgerProblem | null;
}

/** What `ledger verify` found: every chain, and the first problem in reading order. */
export interface LedgerVerdict {
  readonly verified: boolean;
  readonly entries: number;
  readonly chains: readonly ChainVerdict[];
  readonly problem: LedgerProblem | null;
}

/**
 * Recomputes every chain from what is stored and nothing else: canonical bytes, own hash, link to the entry before, the
 * columns that repeat the entry, the payload's hash, and the head. Memory does not grow with the length of a chain.
 */
export async function verifyLedger(chains: AsyncIterable<StoredChain>): Promise<LedgerVerdict> {
  const verdicts: ChainVerdict[] = [];
  for await (const chain of chains) verdicts.push(await verifyChain(chain));
  const problem = verdicts.find((verdict) => verdict.problem !== null)?.problem ?? null;
  const entries = verdicts.reduce((sum, verdict) => sum + verdict.entries, 0);
  return { verified: problem === null, entries, chains: verdicts, problem };
}

/** One chain; stops at the first row that does not fit. */
export async function verifyChain(chain: StoredChain): Promise<ChainVerdict> {
  const { tenant } = chain;
  let at: ChainHead = emptyChain;
  const fail = (table: string, seq: number | null, what: string): ChainVerdict => ({
    tenant,
    entries: at.seq,
    head: at.hash,
    problem: { tenant, seq, row: `${table} (tenant_id=${tenant}${seq === null ? '' : `, seq=${seq}`})`, what },
  });

  for await (const link of chain.links) {
    const expected = at.seq + 1;
    if (link.seq !== expected || link.stored === null) {
      // A payload alone at the next number means its entry is gone; one anywhere else was put there or moved there.
      if (link.stored === null && link.seq !== expected)
        return fail('ledger_payloads', link.seq, 'belongs to no entry');
      return fail('ledger_entries', expected, 'is missing');
    }
    const read = readEntry(tenant, at, link.stored);
    if (typeof read === 'string') return fail('ledger_entries', link.seq, read);
    if (link.payload === null) return fail('ledger_payloads', link.seq, 'is missing');
    if (sha256(link.payload) !== read.payloadHash) {
      return fail('ledger_payloads', link.seq, `does not have the hash ${read.payloadHash} that its entry states`);
    }
    at = { seq: link.seq, hash: link.stored.hash };
  }

  if (chain.head === null) return fail('ledger_heads', null, 'is missing');
  if (chain.head.seq !== at.seq) {
    return fail('ledger_heads', null, `says the chain has ${chain.head.seq} entries; ${at.seq} are there`);
  }
  if (chain.head.hash !== at.hash) {
    return fail('ledger_heads', null, `says the last entry has hash ${chain.head.hash}; it has ${at.hash}`);
  }
  return { tenant, entries: at.seq, head: at.hash, problem: null };
}

/** The entry when it fits as the successor of `before`; otherwise what is wrong with it. */
function readEntry(tenant: string, before: ChainHead, stored: NonNullable<StoredLink['stored']>): LedgerEntry | string {
  if (sha256(stored.bytes) !== stored.hash) return 'has bytes that do not have the hash stored beside them';
  const json = canonicalValue(stored.bytes);
  if (json === undefined) return 'is not canonical JSON (RFC 8785)';
  const parsed = StrictEntry.safeParse(json);
  if (!parsed.success) return 'does not have the shape of a ledger entry';
  const entry = parsed.data;
  const claims: readonly (readonly [name: string, stated: unknown, fits: unknown])[] = [
    ['tenant', entry.tenant, tenant],
    ['seq', entry.seq, before.seq + 1],
    ['prev', entry.prev, before.hash],
    ['subject kind', stored.subjectKind, entry.subject.kind],
    ['subject id', stored.subjectId, entry.subject.id],
  ];
  const misfit = claims.find(([, stated, fits]) => stated !== fits);
  return misfit === undefined ? entry : `states ${misfit[0]} ${String(misfit[1])} where ${String(misfit[2])} fits`;
}

/** The value, or undefined when the bytes are not exactly its canonical form. */
function canonicalValue(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
