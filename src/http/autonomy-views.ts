import { z } from 'zod';
import { SwitchScope } from '../contracts/autonomy.ts';
import { AutomationStop, AutonomyClass, ClassChange, Closure, Consideration, Grant } from '../contracts/grant.ts';
import { Disposition } from '../contracts/investigation.ts';
import type { ClassView } from '../decide/index.ts';

const By = z.object({ id: z.string(), name: z.string() });
const Interval = z.object({ low: z.number(), high: z.number() });
const Requirement = z.object({ name: z.string(), met: z.boolean(), said: z.string() });
const Recall = z.object({
  threats: z.number().int(),
  misses: z.number().int(),
  recall: z.number().nullable(),
  interval: Interval,
});

/** A class with everything its lead needs to see. Shares are 0 to 1, `logE` is a natural logarithm. */
export const ClassReport = z.object({
  class: AutonomyClass,
  state: z.enum(['off', 'shadow', 'granted', 'paused']),
  record: z.object({
    /** What a signature names, so that it is given for this record and no other. */
    digest: z.string(),
    target: z.number(),
    cases: z.number().int(),
    errors: z.number().int(),
    leftOut: z.number().int(),
    logE: z.number(),
    upperBound: z.number(),
    days: z.number(),
    seeded: Recall,
    real: Recall,
    blindTo: z.array(z.string()),
    requirements: z.array(Requirement),
    /** Levels that could be signed for now. */
    open: z.array(z.union([z.literal(2), z.literal(3), z.literal(4)])),
  }),
  watch: z.object({ at: z.number(), limit: z.number() }),
  grant: Grant.nullable(),
  exposure: z.number().nullable(),
  ramp: z.object({ next: z.number().nullable(), ready: z.boolean(), requirements: z.array(Requirement) }).nullable(),
  reviewed: z
    .object({
      rate: z.number().nullable(),
      interval: Interval,
      reviews: z.number().int(),
      errors: z.number().int(),
      closures: z.number().int(),
    })
    .nullable(),
  wouldHave: z.array(z.object({ disposition: Disposition, verdict: Disposition, cases: z.number().int() })),
  worst: z.array(
    z.object({
      finding: z.string(),
      verdict: Disposition,
      entity: z.string(),
      techniques: z.array(z.string()),
      by: By,
      at: z.number(),
    }),
  ),
  wouldChange: z.object({ days: z.number(), findings: z.number().int(), reached: z.number().int() }),
  history: z.array(ClassChange),
  earlier: z.array(z.object({ epoch: z.number().int(), cases: z.number().int() })),
});

export function classReport(view: ClassView): z.infer<typeof ClassReport> {
  const { class: each, dossier, grant, step, ramp, reviewed, worst } = view;
  const { figures, recall, record } = dossier.standing;
  const { target, cases, errors, logE, upperBound, days } = figures;
  const granted = view.paused ? ('paused' as const) : ('granted' as const);
  return {
    class: each,
    state: each.level === 0 ? 'off' : each.level === 1 ? 'shadow' : granted,
    record: {
      digest: dossier.digest,
      target,
      cases,
      errors,
      leftOut: record.leftOut.length,
      logE,
      upperBound,
      days,
      seeded: recall.seeded,
      real: recall.real,
      blindTo: [...recall.blindTo],
      requirements: [...dossier.requirements],
      open: [...dossier.open],
    },
    watch: view.watch,
    grant,
    exposure: step?.exposure ?? null,
    ramp: ramp === null ? null : { ...ramp, requirements: [...ramp.requirements] },
    reviewed,
    wouldHave: [...view.wouldHave],
    worst: worst.map((one) => ({ ...one, techniques: [...one.techniques] })),
    wouldChange: view.wouldChange,
    history: [...view.history],
    earlier: [...view.earlier],
  };
}

/** `withheld` counts what is left out because the reader may be asked to look at it blind. */
export const Closures = z.object({ items: z.array(Closure), withheld: z.number().int() });

export const OnFinding = z.object({
  /** True where people decide first: nothing is told until they have. */
  withheld: z.boolean(),
  considered: z.array(Consideration),
  closures: z.array(Closure),
  /** This was a planted known threat. */
  planted: z.object({ material: z.string(), caughtByAi: z.boolean() }).nullable(),
});

/** What stands, for one tenant. Of a stop of everything from elsewhere, only that it stands. */
export const SwitchView = z.object({
  stops: z.array(AutomationStop),
  everything: z.boolean(),
  /** What the file STOP in the data folder stops. */
  file: z.array(SwitchScope),
  /** False where this server cannot reach the state of the switch: nothing acts then. */
  known: z.boolean(),
  inFlight: z.object({
    closures: z.array(Closure),
    actions: z.array(z.object({ id: z.string(), said: z.string() })),
  }),
});
