import type { AutonomyClass, By, ClassChange, Grant, GrantStep } from '../../contracts/grant.ts';
import type { Disposition } from '../../contracts/investigation.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { CUSUM, type Requirement, type ReviewedRate, reviewedRate } from '../../reliability/index.ts';
import { isWrong } from './class-rules.ts';
import type { AutonomyParts } from './parts.ts';
import { rampOf } from './ramp.ts';
import { type Dossier, dossierOf } from './readiness.ts';

const DAY = 86_400_000;
/** What would have changed is shown for the last fortnight. */
const LOOK_BACK = 14 * DAY;
const MOST_CLOSURES = 20_000;
const WORST_SHOWN = 20;

/** A case the AI would have been wrong on, as adjudicated. */
export interface WorstError {
  readonly finding: string;
  readonly verdict: Disposition;
  readonly entity: string;
  readonly techniques: readonly string[];
  readonly by: By;
  readonly at: number;
}

/** A class as a lead sees it. */
export interface ClassView {
  readonly class: AutonomyClass;
  /** Stopped by the switch: the grant stands and does not run. */
  readonly paused: boolean;
  readonly dossier: Dossier;
  readonly watch: { readonly at: number; readonly limit: number };
  readonly grant: Grant | null;
  readonly step: GrantStep | null;
  /** Exposure that could be taken next and what it asks; null without a grant, or at its last step. */
  readonly ramp: {
    readonly next: number | null;
    readonly ready: boolean;
    readonly requirements: readonly Requirement[];
  } | null;
  /** Error rate of all that ran under the grant, from its blind reviews. */
  readonly reviewed: ReviewedRate | null;
  /** The AI's disposition beside people's, blind. */
  readonly wouldHave: readonly {
    readonly disposition: Disposition;
    readonly verdict: Disposition;
    readonly cases: number;
  }[];
  readonly worst: readonly WorstError[];
  /** Of the class's findings of the last fortnight: how many a grant on this record would have reached. */
  readonly wouldChange: { readonly days: number; readonly findings: number; readonly reached: number };
  readonly history: readonly ClassChange[];
  readonly earlier: readonly { readonly epoch: number; readonly cases: number }[];
}

/** Everything about a class; `signer` is who asks, since they may not sign for what they alone determined. */
export async function classView(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  signer: string | null,
): Promise<ClassView> {
  const { tenant, key, epoch, grant: granted, cusum } = each;
  const dossier = await dossierOf(tx, parts, each, signer);
  const grant = granted === null ? null : await tx.autonomy.grant(tenant, granted);
  const ramp = grant === null ? null : await rampOf(tx, each, grant, dossier.standing);
  return {
    class: each,
    paused: await tx.autonomy.stopped(tenant, key),
    dossier,
    watch: { at: cusum, limit: CUSUM.limit },
    grant,
    step: ramp?.step ?? null,
    ramp:
      ramp?.next == null
        ? null
        : { next: ramp.next.next, ready: ramp.next.ready, requirements: ramp.next.requirements },
    reviewed: grant === null ? null : await reviewedUnder(tx, each, grant),
    wouldHave: await wouldHave(tx, each),
    worst: await worstOf(tx, each, dossier),
    wouldChange: await wouldChange(tx, parts, each, dossier),
    history: await tx.autonomy.changes(tenant, key, 50),
    earlier: await earlierRecords(tx, tenant, key, epoch),
  };
}

async function reviewedUnder(tx: StateTx, { tenant, subject }: AutonomyClass, grant: Grant): Promise<ReviewedRate> {
  const closures = await tx.autonomy.closures(tenant, { grant: grant.id }, MOST_CLOSURES);
  const made = closures.filter(({ closedAt }) => closedAt !== null);
  const reviews = made.flatMap(({ reviewedAs, share }) =>
    reviewedAs === null ? [] : [{ isError: isWrong(subject, reviewedAs), drawnWith: share }],
  );
  return reviewedRate(reviews, made.length);
}

async function wouldHave(tx: StateTx, { tenant, key, epoch }: AutonomyClass): Promise<ClassView['wouldHave']> {
  const cases = (await tx.autonomy.cases(tenant, key, epoch)).filter(({ from }) => from !== 'miss');
  const groups = Map.groupBy(cases, ({ disposition, verdict }) => `${disposition} ${verdict}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ disposition: first.disposition, verdict: first.verdict, cases: own.length }];
  });
}

/** What waits for a second reading is left out: whoever gives it must not know what was said before. */
async function worstOf(
  tx: StateTx,
  { tenant, key, epoch }: AutonomyClass,
  { standing }: Dossier,
): Promise<WorstError[]> {
  const asked = await tx.autonomy.labelsAsked(tenant, key, epoch);
  const read = new Set((await tx.autonomy.labels(tenant, key, epoch)).map(({ finding }) => finding));
  const waiting = new Set(asked.map(({ finding }) => finding).filter((finding) => !read.has(finding)));
  return standing.cases
    .filter(({ isError, settled, case: { finding } }) => isError && settled && !waiting.has(finding))
    .toSorted(
      (a, b) => Number(b.case.verdict === 'threat') - Number(a.case.verdict === 'threat') || b.case.at - a.case.at,
    )
    .slice(0, WORST_SHOWN)
    .map(({ case: { finding, verdict, entity, techniques, by, at } }) => ({
      finding,
      verdict,
      entity,
      techniques,
      by,
      at,
    }));
}

async function wouldChange(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  { coverage }: Dossier,
): Promise<ClassView['wouldChange']> {
  const recent = await tx.autonomy.recent(each.tenant, each, parts.clock.now() - LOOK_BACK);
  const detectors = new Set(coverage.detectors);
  const entities = new Set(coverage.entities);
  const reached = recent.filter(
    (finding) =>
      Object.keys(finding.detectors).every((id) => detectors.has(id)) &&
      finding.entities.every((entity) => entities.has(entity)),
  );
  return { days: LOOK_BACK / DAY, findings: recent.length, reached: reached.length };
}

async function earlierRecords(tx: StateTx, tenant: string, key: string, epoch: number): Promise<ClassView['earlier']> {
  const earlier: { epoch: number; cases: number }[] = [];
  for (let before = epoch - 1; before >= Math.max(1, epoch - 5); before--) {
    const cases = await tx.autonomy.cases(tenant, key, before);
    earlier.push({ epoch: before, cases: cases.filter(({ inClass }) => inClass).length });
  }
  return earlier;
}
