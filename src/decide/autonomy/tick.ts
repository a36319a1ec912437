import { consider, QUIET_MS } from './consider.ts';
import { windowPassed } from './notices.ts';
import type { AutonomyParts } from './parts.ts';
import { keepHonest } from './watch.ts';

/** Findings considered and windows ended in one round; what is left waits for the next. */
const A_ROUND = 200;

export interface Round {
  readonly demoted: readonly { readonly key: string; readonly cause: string }[];
  readonly closed: number;
  readonly waiting: number;
  readonly toPeople: number;
  /** What could not be done, each with why; nothing else waits for it. */
  readonly failed: readonly string[];
}

/**
 * One round for one tenant: first whether each class may keep its grant, then the veto windows that have passed, then the open findings
 * that a grant may reach. Each in a transaction of its own, so that one that fails holds back no other. The host calls it every few
 * seconds; `thorough` also compares the last week's input with the record, which reads that week's findings.
 */
export async function tickAutonomy(parts: AutonomyParts, tenant: string, thorough = true): Promise<Round> {
  const { store, clock } = parts;
  const failed: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      failed.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  };
  const demoted: { key: string; cause: string }[] = [];
  const keys = (await store.withTenants([tenant], (tx) => tx.autonomy.classes(tenant)))
    .filter(({ level }) => level > 0)
    .map(({ key }) => key);
  for (const key of keys) {
    const cause = await attempt(key, () => keepHonest(parts, tenant, key, thorough));
    if (cause !== null) demoted.push({ key, cause });
  }

  const count = { closed: 0, waiting: 0, person: 0, proposed: 0 };
  const due = await store.withTenants([tenant], (tx) => tx.autonomy.closures(tenant, { state: 'waiting' }, A_ROUND));
  for (const { id } of due.filter(({ windowEndsAt }) => windowEndsAt !== null && windowEndsAt <= clock.now())) {
    const done = await attempt(id, () => store.withTenants([tenant], (tx) => windowPassed(tx, parts, tenant, id)));
    if (done === true) count.closed += 1;
  }

  for (const { key, kind, finding } of await candidates(parts, tenant)) {
    const outcome = await attempt(finding, async () => {
      const plan = kind === null ? null : await planned(parts, tenant, finding, kind);
      return store.withTenants([tenant], (tx) => consider(tx, parts, tenant, key, finding, plan));
    });
    if (outcome !== null) count[outcome] += 1;
  }
  return { demoted, closed: count.closed, waiting: count.waiting, toPeople: count.person, failed };
}

interface Candidate {
  readonly key: string;
  /** The action kind, where the class acts. */
  readonly kind: string | null;
  readonly finding: string;
}

async function planned(parts: AutonomyParts, tenant: string, finding: string, kind: string) {
  const stored = await parts.store.withTenants([tenant], (tx) => tx.findings.get(tenant, finding));
  return stored === null ? null : parts.planAction(stored, kind);
}

async function candidates(parts: AutonomyParts, tenant: string): Promise<Candidate[]> {
  const { store, clock, mayAct } = parts;
  return store.withTenants([tenant], async (tx) => {
    const found: Candidate[] = [];
    for (const each of await tx.autonomy.classes(tenant)) {
      if (each.grant === null || !mayAct(tenant, each.key)) continue;
      const ids = await tx.autonomy.candidates(tenant, each, each.grant, clock.now() - QUIET_MS, A_ROUND);
      const kind = each.subject.does === 'act' ? each.subject.kind : null;
      found.push(...ids.map((finding) => ({ key: each.key, kind, finding })));
    }
    return found;
  });
}
