import type { Detection } from '../../contracts/detection.ts';
import type { TuningLine } from '../../contracts/tuning.ts';
import type { ThreatExample } from '../../contracts/tuning-parts.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { tuningFields } from './fields.ts';
import { filterText } from './filter-text.ts';
import { type FilteredRule, filteredRule, type TunedRule } from './filtered-rule.ts';
import type { KnownFinding } from './known.ts';
import { folded, literalText } from './literal.ts';
import { hiddenThreats, type NearProof, proveNear } from './prove.ts';
import type { Run } from './runs.ts';
import { LEAST_RUN, type Selection, selectionsOf } from './selections.ts';

/** A filter tried on what is at hand; the past comes after. */
export interface Draft {
  readonly lines: readonly TuningLine[];
  readonly filter: string;
  readonly weight: number;
  readonly filtered: FilteredRule;
  readonly near: NearProof;
}

export interface Drafts {
  readonly kept: readonly Draft[];
  /** What filters that are not kept would have hidden, in words. */
  readonly hidden: readonly string[];
}

/** What drafts of one run are made from. */
export interface DraftMatter {
  readonly rule: TunedRule;
  readonly run: Run;
  readonly known: readonly KnownFinding[];
  readonly examples: readonly ThreatExample[];
  readonly fires: FilteredRule['fires'];
  readonly date: string;
}

/** Filters for a run that hide no known threat, from what its events share; or the one that a person wrote. */
export function draftsOf(matter: DraftMatter, written?: readonly TuningLine[]): Drafts {
  const { run, known } = matter;
  const ids = new Set(run.findings.map(({ finding }) => finding.id));
  const own = known.filter(({ stored, hits }) => ids.has(stored.finding.id) && hits.length > 0);
  const detections = own.flatMap(({ stored }) => stored.finding.detections);
  const selections: readonly Selection[] =
    written === undefined
      ? selectionsOf(
          own.map(({ stored, hits }) => ({ id: stored.finding.id, events: hits.map(({ event }) => event) })),
          tuningFields(detections.flatMap(({ fields }) => fields.map(({ field }) => field))),
          impliedBy(detections),
        )
      : [{ lines: written, from: [...ids], weight: 0 }];
  const drafts = selections.flatMap((selection) => draftOf(matter, ids, selection, written !== undefined) ?? []);
  const judged = drafts.map((draft) => ({ draft, hidden: hiddenThreats(draft.near) }));
  return {
    kept: judged.flatMap(({ draft, hidden }) => (hidden.length === 0 ? [draft] : [])),
    hidden: [...new Set(judged.flatMap(({ hidden }) => hidden))],
  };
}

function draftOf(
  { rule, run, known, examples, fires, date }: DraftMatter,
  ids: ReadonlySet<string>,
  { lines, from, weight }: Selection,
  isWritten: boolean,
): Draft | undefined {
  const word = run.verdict === 'benign' ? 'benign' : 'false positives';
  const description = `What ${from.length} findings that people determined ${word} have in common`;
  const filter = filterText(rule, lines, { description, date });
  let filtered: FilteredRule;
  try {
    filtered = filteredRule(rule, filter, fires);
  } catch (error) {
    // A value that no filter can hold makes one candidate fewer; a person's own they must hear of.
    if (!isWritten && error instanceof BridgewatchError && error.code === 'TUNING_FILTER_BROKEN') return undefined;
    throw error;
  }
  const near = proveNear(filtered, known, ids, examples);
  const enough = isWritten ? 1 : Math.min(LEAST_RUN, from.length);
  return near.removes.findings.length < enough ? undefined : { lines, filter, weight, filtered, near };
}

/** Lines that the rule itself demands: where what it looked for is the very value, written in full. */
function impliedBy(detections: readonly Detection[]): (line: TuningLine) => boolean {
  const demanded = new Set(
    detections.flatMap(({ fields }) => fields.map(({ field, pattern }) => `${field} ${folded(pattern)}`)),
  );
  return ({ field, modifier, values }) =>
    modifier === '' &&
    values.every(
      (value) => demanded.has(`${field} ${folded(value)}`) || demanded.has(`${field} ${folded(literalText(value))}`),
    );
}
