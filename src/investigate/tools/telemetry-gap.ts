import type { Detection } from '../../contracts/detection.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, quoted } from '../tool.ts';

const FIELDS_TOLD = 5;

interface Gap {
  readonly logOdds: number;
  readonly toDo: string;
}

const sender =
  'whether the sender runs, reaches its door and holds a token that is still good; Sources shows what was refused, by code';

/** What each watch over telemetry found missing: how far that by itself speaks against an attack, and where to look. */
const gaps: Readonly<Record<string, Gap>> = {
  'baseline:source-silent': { logOdds: weights.telemetryGap.one, toDo: `Look ${sender}.` },
  'baseline:shape-silent': {
    logOdds: weights.telemetryGap.one,
    toDo: 'Compare a record of today with one from before: what makes its shape (its version, a module, an index) was changed, and it is read by another lens now, or by none.',
  },
  'baseline:field-unfilled': {
    logOdds: weights.telemetryGap.one,
    toDo: 'Compare a record of today with one from before: give the field its old name at the sender, or turn on again what filled it.',
  },
  'baseline:all-sources-silent': {
    logOdds: weights.telemetryGap.all,
    toDo: 'Look at our own side first: whether the doors can be reached (network, address, certificate), then the workers and the disk.',
  },
};

/** What stopped, since when, and how unusual that is, as the watch measured it. */
export function telemetryGap({ lead }: Ask): Answer | undefined {
  const gap = gaps[lead.detector.id];
  if (gap === undefined) return undefined;
  return {
    query: { detection: lead.id, detector: lead.detector.id },
    answer: `${quoted(lead.detector.title)}, since ${new Date(lead.at).toISOString().slice(0, 16)}Z: ${measured(lead).join('; ')}. ${gap.toDo}`,
    logOdds: gap.logOdds,
    evidence: [],
  };
}

function measured({ fields }: Detection): string[] {
  const told = fields.filter(({ selection }) => selection !== 'blind');
  const shown = told
    .slice(0, FIELDS_TOLD)
    .map(({ field, value, pattern }) => `${quoted(field, 60)} ${quoted(value, 90)} (${quoted(pattern, 130)})`);
  return told.length > FIELDS_TOLD ? [...shown, `and ${told.length - FIELDS_TOLD} more`] : shown;
}
