import type { TuningLine, TuningProposal } from '../../contracts/tuning.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StoredFinding } from '../../ports/state-store.ts';
import { type Draft, draftsOf } from './candidates.ts';
import { cautionsOf } from './cautions.ts';
import { firesOf, type TunedRule } from './filtered-rule.ts';
import { findingsOf, type KnownFinding, knownOf } from './known.ts';
import type { TuningParts } from './parts.ts';
import { type Holder, tryOnPast } from './past.ts';
import { byNarrowness, type Candidate } from './rank.ts';
import { type Run, runsOf } from './runs.ts';

/** What is asked for: all rules of a tenant, one rule, or one filter of a person's own for it. */
export interface Asked {
  readonly tenant: string;
  readonly rule?: string | undefined;
  readonly lines?: readonly TuningLine[] | undefined;
  /** Days of stored events to try filters on. */
  readonly days: number;
}

/** A proposal before it is kept. */
export type Proposed = Pick<
  TuningProposal,
  'tenant' | 'rule' | 'verdict' | 'run' | 'lines' | 'filter' | 'cautions' | 'rank' | 'proof'
>;

export interface Refused {
  readonly rule: string;
  readonly code: string;
  readonly message: string;
}

const DAY = 86_400_000;
/** Filters of one run that are tried on the past, and those that are proposed. */
const TRIED = 12;
const PROPOSED = 3;

/**
 * Filters for the runs of false positives and of benign findings that rest on one rule, each proved. Reads findings and the lake, and
 * writes nothing.
 *
 * @throws BridgewatchError where one rule was asked for: `TUNING_RULE_UNKNOWN` (404), `TUNING_NO_RUN` (409), `TUNING_HIDES_THREAT` (422),
 * `TUNING_NOTHING_SHARED` (422), `TUNING_RULE_BROKEN` (422), `TUNING_FILTER_BROKEN` (422)
 */
export async function proposeFilters(
  parts: TuningParts,
  asked: Asked,
): Promise<{ readonly proposed: readonly Proposed[]; readonly refused: readonly Refused[] }> {
  const { store, ruleOf, clock } = parts;
  const { tenant, rule: only } = asked;
  if (only !== undefined && ruleOf(only) === undefined)
    throw new BridgewatchError(
      'TUNING_RULE_UNKNOWN',
      `no rule ${only} runs here; give the id of a Sigma rule that does`,
      404,
    );
  const { findings, covered } = await store.withTenants([tenant], async (tx) => ({
    findings: await findingsOf(tx, tenant, only === undefined ? undefined : new Set([only])),
    covered: coveredBy(await tx.tuning.live(tenant), clock.now()),
  }));
  const runs = runsOf(findings, (id) => ruleOf(id)?.version, covered);
  const mine = only === undefined ? runs : runs.filter(({ rule }) => rule === only);
  if (only !== undefined && mine.length === 0)
    throw new BridgewatchError(
      'TUNING_NO_RUN',
      `fewer than three findings of rule ${only} alone were determined false_positive or benign since it last changed, without those that a filter removes already`,
      409,
    );
  const proposed: Proposed[] = [];
  const refused: Refused[] = [];
  for (const run of mine) {
    try {
      proposed.push(...(await filtersFor(parts, asked, run, findings)));
    } catch (error) {
      if (!(error instanceof BridgewatchError)) throw error;
      refused.push({ rule: run.rule, code: error.code, message: error.message });
      if (only !== undefined && mine.length === 1) throw error;
    }
  }
  return { proposed, refused };
}

/** Findings that need no filter: one that is accepted removes them. */
function coveredBy(live: readonly TuningProposal[], now: number): ReadonlySet<string> {
  const accepted = live.filter(({ state, expiresAt }) => state === 'accepted' && expiresAt !== null && now < expiresAt);
  return new Set(accepted.flatMap(({ proof }) => proof.removes.findings));
}

async function filtersFor(
  parts: TuningParts,
  { tenant, lines, days }: Asked,
  run: Run,
  findings: readonly StoredFinding[],
): Promise<readonly Proposed[]> {
  const { store, clock, read } = parts;
  const rule = parts.ruleOf(run.rule);
  if (rule === undefined) return [];
  // `any` and `all` in a filter stand for every rule.
  if (/^(?:any|all)$/i.test(rule.id))
    throw new BridgewatchError('TUNING_RULE_BROKEN', `a filter cannot name rule ${rule.id}`, 422);
  const fires = firesOf(rule);
  const known = await store.withTenants([tenant], (tx) => knownOf(tx, findings, rule.id, read, fires));
  const date = new Date(clock.now()).toISOString().slice(0, 10);
  const { kept, hidden } = draftsOf(
    { rule, run, known, examples: await parts.examplesOf(rule.id), fires, date },
    lines,
  );
  if (kept.length === 0)
    throw hidden.length > 0
      ? hidesThreat(rule.id, hidden)
      : new BridgewatchError(
          'TUNING_NOTHING_SHARED',
          `the findings of rule ${rule.id} share nothing that a filter could name and that would remove them`,
          422,
        );
  const { candidates, threats } = await withPast(parts, { tenant, rule, run, days }, kept, known, fires);
  if (candidates.length === 0) throw hidesThreat(rule.id, [`detections of ${[...threats].slice(0, 3).join(', ')}`]);
  return candidates
    .toSorted(byNarrowness)
    .slice(0, PROPOSED)
    .map(({ lines: chosen, filter, near, past }, at) => ({
      tenant,
      rule: { id: rule.id, version: rule.version, title: rule.title },
      verdict: run.verdict,
      run: run.findings.map(({ finding }) => finding.id),
      lines: [...chosen],
      filter,
      cautions: cautionsOf(chosen, run.verdict, { ...near, past }),
      rank: at + 1,
      proof: { ...near, past, at: clock.now() },
    }));
}

async function withPast(
  { past, clock, read }: TuningParts,
  of: { readonly tenant: string; readonly rule: TunedRule; readonly run: Run; readonly days: number },
  drafts: readonly Draft[],
  known: readonly KnownFinding[],
  fires: ReturnType<typeof firesOf>,
): Promise<{ readonly candidates: readonly Candidate[]; readonly threats: ReadonlySet<string> }> {
  const near = drafts.map((draft): Candidate => ({ ...draft, past: null }));
  const order = new Map(near.map((candidate, at) => [candidate, drafts[at]]));
  const chosen = near.toSorted(byNarrowness).slice(0, TRIED);
  if (past === undefined) return { candidates: chosen, threats: new Set() };
  const span = { from: clock.now() - of.days * DAY, to: clock.now() };
  const filters = chosen.flatMap((candidate) => order.get(candidate)?.filtered ?? []);
  const pages = past(of.tenant, { ...span, product: of.rule.logsource.product });
  const tried = await tryOnPast(pages, span, fires, filters, holders(of.run, known), { read, clock });
  const threats = new Set(tried.flatMap(({ threats: hidden }) => [...hidden]));
  const candidates = chosen.flatMap((candidate, at) => {
    const each = tried[at];
    return each === undefined || each.threats.size > 0 ? [] : [{ ...candidate, past: each.past }];
  });
  return { candidates, threats };
}

function holders(run: Run, known: readonly KnownFinding[]): (event: string) => Holder | undefined {
  const ids = new Set(run.findings.map(({ finding }) => finding.id));
  const held = new Map<string, Holder>();
  for (const { stored } of known) {
    const { finding, determination } = stored;
    const holder = { id: finding.id, isOfRun: ids.has(finding.id), isThreat: determination?.verdict === 'threat' };
    for (const { detector, events } of finding.detections)
      if (detector.id === run.rule) for (const event of events) held.set(event, holder);
  }
  return (event) => held.get(event);
}

/** Why a filter is refused. */
export function hidesThreat(rule: string, hidden: readonly string[]): BridgewatchError {
  return new BridgewatchError(
    'TUNING_HIDES_THREAT',
    `every filter found for rule ${rule} would hide a known threat: ${hidden.slice(0, 3).join('; ')}. Change the rule instead, or take the findings back`,
    422,
  );
}
