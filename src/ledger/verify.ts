import { SYSTEM_TENANT } from '../contracts/tenant.ts';
import { chainWalk, type StoredLink } from './chain.ts';
import type { ChainHead } from './entry.ts';
import { CompactTree, leafHash } from './merkle.ts';
import { type LedgerProblem, type Misfit, problemOf } from './problem.ts';
import { tenantsCreated } from './tenant-witness.ts';
import { beyondTheEnd, contradiction, type KeptCheckpoint, type Trust, type Witness, witnesses } from './witness.ts';

/** One chain as kept: links by rising `seq` in pages, the head the store believes in, and its checkpoints. */
export interface StoredChain {
  readonly tenant: string;
  readonly head: ChainHead | null;
  readonly links: AsyncIterable<readonly StoredLink[]>;
  readonly checkpoints: readonly KeptCheckpoint[];
}

/** What a ledger is held against, besides itself. */
export interface Expectations extends Trust {
  /** Signed checkpoints from outside, by tenant. */
  readonly anchored: ReadonlyMap<string, readonly KeptCheckpoint[]>;
  /** Tenants whose chains must be there, besides those anchored. */
  readonly required: readonly string[];
  /** Where the chains are a whole store's: all tenants whose creation its system chain records must have theirs, and it must be there. */
  readonly wholeStore: boolean;
  /** True where no entry may be without a signed checkpoint over it. */
  readonly allSigned: boolean;
}

/** Nothing from outside: only what must hold in itself. */
export const nothingExpected: Expectations = {
  keys: [],
  strangers: 'count',
  anchored: new Map(),
  required: [],
  wholeStore: false,
  allSigned: false,
};

export interface ChainVerdict {
  readonly tenant: string;
  /** Entries that were read and fit. */
  readonly entries: number;
  readonly head: string;
  /** The latest checkpoint that fits and is signed with a key that was given. */
  readonly signed: { readonly size: number; readonly at: string } | null;
  /** Checkpoints that agree, and how many of them are signed with a key that was not given. */
  readonly checkpoints: { readonly agree: number; readonly strangers: number };
  readonly problem: LedgerProblem | null;
}

/** What verification found: every chain, and the first problem in reading order. */
export interface LedgerVerdict {
  readonly verified: boolean;
  readonly entries: number;
  readonly chains: readonly ChainVerdict[];
  readonly problem: LedgerProblem | null;
}

/**
 * Recomputes every chain from what is kept and nothing else, and holds it against every signed checkpoint, kept beside it or
 * anchored outside. Memory does not grow with the length of a chain.
 */
export async function verifyLedger(
  chains: AsyncIterable<StoredChain>,
  expected: Expectations = nothingExpected,
): Promise<LedgerVerdict> {
  const verdicts: ChainVerdict[] = [];
  const created = new Set<string>();
  for await (const chain of chains) {
    const watched = expected.wholeStore && chain.tenant === SYSTEM_TENANT;
    const links = watched ? tenantsCreated(chain.links, created) : chain.links;
    verdicts.push(await verifyChain({ ...chain, links }, expected));
  }
  const there = new Set(verdicts.map(({ tenant }) => tenant));
  const witnessed = [...created, ...(expected.wholeStore ? [SYSTEM_TENANT] : [])];
  for (const tenant of new Set([...expected.required, ...expected.anchored.keys(), ...witnessed])) {
    if (!there.has(tenant))
      verdicts.push(absent(tenant, expected.anchored.get(tenant)?.[0]?.where, created.has(tenant)));
  }
  const problem = verdicts.find((verdict) => verdict.problem !== null)?.problem ?? null;
  const entries = verdicts.reduce((sum, verdict) => sum + verdict.entries, 0);
  return { verified: problem === null, entries, chains: verdicts, problem };
}

function absent(tenant: string, where: string | undefined, created: boolean): ChainVerdict {
  const what = created
    ? `has no row, and the chain no entry, though the system's chain records that this tenant was created`
    : 'is about a chain that is not there';
  const misfit: Misfit = { kind: 'chain-missing', table: where ?? 'ledger_heads', seq: null, what };
  const problem = problemOf(tenant, misfit);
  return { tenant, entries: 0, head: '', signed: null, checkpoints: { agree: 0, strangers: 0 }, problem };
}

/** One chain; stops at the first thing that does not fit. */
export async function verifyChain(chain: StoredChain, expected: Expectations = nothingExpected): Promise<ChainVerdict> {
  const { tenant } = chain;
  const walk = chainWalk(tenant);
  const agreed: Witness[] = [];
  const verdict = (misfit: Misfit | null): ChainVerdict => {
    const latest = agreed.findLast(({ known }) => known)?.checkpoint;
    return {
      tenant,
      entries: walk.at().seq,
      head: walk.at().hash,
      signed: latest === undefined ? null : { size: latest.size, at: latest.at },
      checkpoints: { agree: agreed.length, strangers: agreed.filter(({ known }) => !known).length },
      problem: misfit === null ? null : problemOf(tenant, misfit),
    };
  };

  const waiting = witnesses(tenant, [...chain.checkpoints, ...(expected.anchored.get(tenant) ?? [])], expected);
  if (!Array.isArray(waiting)) return verdict(waiting);
  const tree = new CompactTree();
  // Hashing the tree is a third of the work: not past the last checkpoint that could tell anything by it.
  const last = waiting.at(-1)?.checkpoint.size ?? 0;

  for await (const page of chain.links) {
    for (const link of page) {
      const misfit = walk.take(link);
      if (misfit !== null) return verdict(misfit);
      if (link.stored === null || link.seq > last) continue;
      tree.add(leafHash(link.stored.bytes));
      for (let next = waiting[0]; next?.checkpoint.size === link.seq; next = waiting[0]) {
        const against = contradiction(next, tree, walk.at().hash, agreed.at(-1)?.checkpoint.size ?? 0);
        if (against !== null) return verdict(against);
        agreed.push(next);
        waiting.shift();
      }
    }
  }

  const at = walk.at();
  const [beyond] = waiting;
  const end = headMisfit(chain.head, at) ?? (beyond === undefined ? null : beyondTheEnd(beyond, at.seq));
  if (end !== null) return verdict(end);
  const signed = verdict(null).signed?.size ?? 0;
  if (!expected.allSigned || signed === at.seq) return verdict(null);
  const what = `and those after it, to ${at.seq}, are covered by no checkpoint signed with a key that was given`;
  return verdict({ kind: 'unsigned', table: 'ledger_entries', seq: signed + 1, what });
}

function headMisfit(head: ChainHead | null, at: ChainHead): Misfit | null {
  const wrong = (kind: 'truncated' | 'head-altered', what: string): Misfit => ({
    kind,
    table: 'ledger_heads',
    seq: null,
    what,
  });
  if (head === null) return wrong('head-altered', 'is missing');
  if (head.seq !== at.seq) {
    const kind = head.seq > at.seq ? 'truncated' : 'head-altered';
    return wrong(kind, `says the chain has ${head.seq} entries; ${at.seq} are there`);
  }
  if (head.hash === at.hash) return null;
  return wrong('head-altered', `says the last entry has hash ${head.hash}; it has ${at.hash}`);
}
