import type { Random } from '../random.ts';

const subjects: readonly string[] = [
  'Structural-Review',
  'Site-Survey',
  'Load-Schedule',
  'Tender-Response',
  'Programme',
  'Method-Statement',
  'Drainage-Plan',
  'Meeting-Notes',
  'Budget',
  'Forecast',
  'Timesheet',
  'Purchase-Order',
  'Invoice',
  'Fee-Proposal',
  'Risk-Register',
  'Holiday-Plan',
  'Interview-Notes',
  'Contract-Draft',
  'Calculation',
  'Facade-Study',
  'Snag-List',
  'Minutes',
];

/** A document's file name, as people here name them. */
export function documentName(random: Random, extension: string): string {
  const suffix = random.weighted([
    [`_v${random.int(1, 9)}`, 4],
    [`_rev${random.pick(['A', 'B', 'C', 'D'])}`, 3],
    ['', 3],
    ['_FINAL', 1],
  ]);
  return `${random.pick(subjects)}${suffix}.${extension}`;
}

export const mailSubjects: readonly string[] = [
  'RE: programme update',
  'Drawings for review',
  'Invoice query',
  'FW: site access Thursday',
  'Weekly figures',
  'RE: RE: fee proposal',
  'Holiday cover',
  'Purchase order',
  'Minutes of this morning',
  'Updated load schedule',
];
