import type { TuningLine, TuningProof } from '../../contracts/tuning.ts';
import { tuningFields } from './fields.ts';

/** Folders that whoever is signed in can write to. */
const writable =
  /\\users\\|\\appdata\\|\\temp\\|\\programdata\\|\\public\\|^\/tmp\/|^\/var\/tmp\/|^\/dev\/shm\/|^\/home\//i;

/** What a person should know of a filter before accepting it. */
export function cautionsOf(
  lines: readonly TuningLine[],
  verdict: 'false_positive' | 'benign',
  { past, beside, removes }: Pick<TuningProof, 'past' | 'beside' | 'removes'>,
): string[] {
  const aspects = new Map(tuningFields(lines.map(({ field }) => field)).map(({ name, aspect }) => [name, aspect]));
  const open = beside.filter(({ verdict }) => verdict === null || verdict === 'inconclusive').length;
  const told: readonly (readonly [boolean, string])[] = [
    [
      verdict === 'benign',
      'The run was benign, not false: the rule was right about what happened, and somebody else could do the same',
    ],
    [
      lines.every(({ field }) => aspects.get(field) === 'words'),
      'It rests on text that whoever acts writes as they like; nothing better was shared',
    ],
    [new Set(lines.map(({ field }) => field)).size === 1, 'It rests on one field alone'],
    [
      lines.some(
        ({ field, values }) => aspects.get(field) === 'program' && values.some((value) => writable.test(value)),
      ),
      'The program lies in a folder that users can write to: another file could take its place',
    ],
    [open > 0, `It takes detections from ${open} ${open === 1 ? 'finding' : 'findings'} that nobody has settled`],
    [
      removes.findings.length < removes.of,
      `It removes ${removes.findings.length} of the ${removes.of} findings of the run`,
    ],
    [past === null, 'No telemetry is kept here: what else it would have hidden is known from findings alone'],
    [past?.complete === false, 'The past was not read to its end: there was too much of it'],
    [
      past !== null && past.fired > removes.detections && past.hidden === past.fired,
      'It would have hidden all that the rule fired on in that time',
    ],
  ];
  return told.filter(([holds]) => holds).map(([, text]) => text);
}
