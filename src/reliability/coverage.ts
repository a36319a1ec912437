import type { ReliabilityCase } from './admissible.ts';

/** What a finding is made of, as far as a grant asks. */
export type Traits = Pick<ReliabilityCase, 'detectors' | 'techniques' | 'entities' | 'sources'>;

/** All that a record has seen; a grant reaches no further. */
export interface Coverage {
  readonly detectors: ReadonlySet<string>;
  readonly techniques: ReadonlySet<string>;
  readonly entities: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

export interface Novelty {
  readonly kind: keyof Coverage;
  readonly value: string;
}

const kinds = ['detectors', 'techniques', 'entities', 'sources'] as const;

/** Of the counted cases only: what was left out has earned nothing. */
export function coverageOf(counted: readonly Traits[]): Coverage {
  const seen = (kind: (typeof kinds)[number]) => new Set(counted.flatMap((each) => each[kind]));
  return {
    detectors: seen('detectors'),
    techniques: seen('techniques'),
    entities: seen('entities'),
    sources: seen('sources'),
  };
}

/** What a finding has that the record never saw; where this is not empty, the finding goes to a person. */
export function novelties(coverage: Coverage, finding: Traits): Novelty[] {
  return kinds.flatMap((kind) =>
    finding[kind].filter((value) => !coverage[kind].has(value)).map((value) => ({ kind, value })),
  );
}
