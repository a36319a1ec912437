import type { Example, Model } from '../../contracts/model.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import { handSet, learn, tenantSpread } from '../../score/index.ts';
import { digestOf, toLearn } from './example.ts';
import { named } from './identity.ts';
import { lessonOf, type Subject } from './lesson.ts';

/** Verdicts learned from, the latest: about a year of ten findings a day. */
export const MOST_EXAMPLES = 5_000;
/** Open findings that a lesson is told of; the most likely first. */
const MOST_OPEN = 400;
const PAGE = 200;
/** Determinations told of in one lesson: more come together only where a server was away for long. */
const MOST_TOLD = 500;

/** Learns a tenant's model; a host with cores to spare does it in a thread. `from` is where it begins. */
export type LearnModel = (examples: readonly Example[], tenant: string, from: Model) => Promise<Model>;

const learnHere: LearnModel = async (examples, tenant, from) =>
  learn(examples, handSet, { spread: tenantSpread, tenant, from });

export interface LearnerParts {
  readonly store: StateStore;
  readonly clock: Clock;
  /** Tenants this process works for. */
  readonly tenants: () => readonly string[];
  readonly learn?: LearnModel;
  readonly warn: (message: string) => void;
}

/**
 * Keeps each tenant's challenger up with what people have decided: learned again from all verdicts in force after the transaction that
 * changed them, one at a time for a tenant. Nothing is kept in memory of what is still to be learned: the challenger names the verdicts it
 * learned from, so that a server that starts sees whether some are missing.
 */
export class Learner {
  readonly #parts: LearnerParts;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(parts: LearnerParts) {
    this.#parts = parts;
  }

  /** Catches up, and learns from now on with each change. */
  start(): void {
    const { store, tenants } = this.#parts;
    this.#unsubscribe = store.onChange(({ tenant, kind }) => {
      if (kind === 'model_example' && tenants().includes(tenant)) this.#soon(tenant);
    });
    for (const tenant of tenants()) this.#soon(tenant);
  }

  /** When all that was decided so far is learned. */
  async settled(tenant: string): Promise<void> {
    for (let running = this.#running.get(tenant); running !== undefined; running = this.#running.get(tenant))
      await running;
  }

  /** Takes on nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#again.clear();
    await Promise.all(this.#running.values());
  }

  #soon(tenant: string): void {
    if (this.#running.has(tenant)) {
      this.#again.add(tenant);
      return;
    }
    const running = this.#learn(tenant)
      .catch((error: unknown) => {
        this.#parts.warn(
          `the challenger of ${tenant} was not taught: ${error instanceof Error ? error.message : String(error)}`,
        );
      })
      .finally(() => {
        this.#running.delete(tenant);
        if (this.#again.delete(tenant)) this.#soon(tenant);
      });
    this.#running.set(tenant, running);
  }

  async #learn(tenant: string): Promise<void> {
    const { store, clock } = this.#parts;
    const given = await store.withTenants([tenant], (tx) => knownOf(tx, tenant));
    const digest = digestOf(given.examples);
    const before = given.challenger?.model ?? named(handSet);
    if (given.challenger !== null && before.trainedOn.digest === digest && before.code === handSet.code) return;
    const from = before.code === handSet.code ? before : handSet;
    const drafted = await (this.#parts.learn ?? learnHere)(toLearn(given.examples), tenant, from);
    const after = named({
      ...drafted,
      parent: given.champion,
      trainedOn: { ...drafted.trainedOn, digest },
    });
    const learnedAt = clock.now();
    await store.withTenants([tenant], async (tx) => {
      await tx.models.putChallenger({ tenant, model: after, learnedAt });
      if (given.untold.length === 0) return;
      await tx.models.putLesson({
        tenant,
        determinations: [...given.untold],
        learnedAt,
        examples: given.examples.length,
        ...lessonOf(before, after, given.decided, given.open),
      });
    });
  }
}

async function knownOf(tx: StateTx, tenant: string) {
  const examples = await tx.models.examples(tenant, MOST_EXAMPLES);
  const untold = await tx.models.untold(tenant, MOST_TOLD);
  const told = new Set(untold);
  const decided = examples.flatMap(({ determination, finding: id, revision, features }): Subject[] =>
    told.has(determination) && features !== null ? [{ id, revision, features }] : [],
  );
  return {
    examples,
    untold,
    decided,
    open: untold.length === 0 ? [] : await openFindings(tx, tenant),
    challenger: await tx.models.challenger(tenant),
    champion: (await tx.models.champion(tenant))?.id ?? null,
  };
}

/** Open findings as the model takes them. */
export async function openFindings(tx: StateTx, tenant: string): Promise<readonly Subject[]> {
  const open: Subject[] = [];
  let cursor: string | null = null;
  do {
    const page = await tx.findings.page(tenant, { status: 'open' }, cursor, PAGE);
    for (const { finding } of page.items)
      if (finding.features !== undefined)
        open.push({ id: finding.id, revision: finding.revision, features: finding.features });
    cursor = page.next;
  } while (cursor !== null && open.length < MOST_OPEN);
  return open;
}
