/** What is wrong with a rule file, said with the place. An error keeps that rule out; a warning does not. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  /** Stable, `SIGMA_...`. */
  readonly code: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
  readonly ruleId?: string;
}

/** Thrown inside the parser and compiler; the caller adds the file and goes on with the next rule. */
export class RuleFault extends Error {
  readonly code: string;
  readonly line: number;

  constructor(code: string, message: string, line: number) {
    super(message);
    this.name = 'RuleFault';
    this.code = code;
    this.line = line;
  }
}

/** Collects what is doubtful but not wrong while one document is read. */
export type Warn = (code: string, message: string, line: number) => void;
