import { z } from 'zod';
import { type Challenger, Lesson, Measured, type ModelVersion, Promotion } from '../contracts/learning.ts';
import { Model } from '../contracts/model.ts';

const By = z.object({ id: z.string(), name: z.string() });

const TrainedOn = Model.shape.trainedOn.omit({ verdicts: true });

/** A version without what it consists of. */
export const VersionRow = z.object({
  id: z.string(),
  parent: z.string().nullable(),
  code: z.string(),
  origin: z.enum(['hand_set', 'learned']),
  trainedOn: TrainedOn,
  calibratedOn: z.number().int(),
  measured: Measured.nullable(),
  madeAt: z.number(),
  madeBy: By.nullable(),
  note: z.string(),
  isChampion: z.boolean(),
  inShadow: z.boolean(),
});

export const VersionPage = VersionRow.extend({ model: Model });

export const ModelsPage = z.object({
  champion: VersionRow,
  challenger: z
    .object({
      learnedAt: z.number(),
      trainedOn: TrainedOn,
      base: z.object({ champion: z.number(), challenger: z.number() }),
      detectors: z
        .array(z.object({ id: z.string(), champion: z.number(), challenger: z.number(), verdicts: z.number().int() }))
        .describe('Log-odds that learning adds to a hit; those that differ most from the champion, at most 20'),
      terms: z.array(z.object({ term: z.string(), champion: z.number(), challenger: z.number() })),
    })
    .nullable()
    .describe('The draft being taught: from all verdicts in force'),
  missed: z.number().int().describe('Threats in force that people found and the AI had not shown'),
  versions: z.array(VersionRow),
  promotions: z.array(Promotion.omit({ tenant: true })),
});

export const LessonView = z.discriminatedUnion('state', [
  z.object({ state: z.literal('learning') }),
  z.object({ state: z.literal('nothing'), why: z.string() }),
  z.object({
    state: z.literal('taught'),
    lesson: Lesson.omit({ tenant: true }).extend({
      detectors: z.array(Lesson.shape.detectors.element.extend({ title: z.string().nullable() })),
      open: z.array(Lesson.shape.open.element.extend({ title: z.string() })),
    }),
    superseded: z.boolean().describe('The determination holds no longer: what it taught was taken back'),
  }),
]);

export function versionRow(
  { model, tenant: _tenant, ...version }: ModelVersion,
  champion: string,
  inShadow: ReadonlySet<string>,
): z.infer<typeof VersionRow> {
  const { verdicts: _verdicts, ...trainedOn } = model.trainedOn;
  return {
    ...version,
    parent: model.parent,
    code: model.code,
    trainedOn,
    isChampion: version.id === champion,
    inShadow: inShadow.has(version.id),
  };
}

const MOST_DETECTORS = 20;

/** The challenger beside the champion: what learning adds to a hit of each detector, and to terms. */
export function challengerView(
  { model, learnedAt }: Challenger,
  champion: Model,
): NonNullable<z.infer<typeof ModelsPage>['challenger']> {
  const learned = ({ detector, here }: Model, id: string): number => (detector[id] ?? 0) + (here[id] ?? 0);
  const gain = ({ gains }: Model, term: string): number => gains[term] ?? gains['*'] ?? 1;
  const { verdicts, ...trainedOn } = model.trainedOn;
  const far = (each: { champion: number; challenger: number }): number => Math.abs(each.challenger - each.champion);
  const ids = new Set([...Object.keys(verdicts), ...Object.keys(champion.here)]);
  const terms = new Set([...Object.keys(model.gains), ...Object.keys(champion.gains)]);
  return {
    learnedAt,
    trainedOn,
    base: { champion: champion.base, challenger: model.base },
    detectors: [...ids]
      .map((id) => ({
        id,
        champion: learned(champion, id),
        challenger: learned(model, id),
        verdicts: verdicts[id] ?? 0,
      }))
      .toSorted((a, b) => far(b) - far(a) || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_DETECTORS),
    terms: [...terms]
      .filter((term) => term !== '*')
      .map((term) => ({ term, champion: gain(champion, term), challenger: gain(model, term) }))
      .toSorted((a, b) => far(b) - far(a) || (a.term < b.term ? -1 : 1)),
  };
}
