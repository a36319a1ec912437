/** One thing that must hold, and in a plain sentence how it stands: with the figure, and what is missing. */
export interface Requirement {
  readonly name: string;
  readonly met: boolean;
  readonly said: string;
}

export interface Readiness {
  /** All requirements are met. It permits a person to sign; it promotes nothing. */
  readonly ready: boolean;
  readonly requirements: readonly Requirement[];
}

export function readiness(requirements: readonly Requirement[]): Readiness {
  return { ready: requirements.every(({ met }) => met), requirements };
}

/** `1 %`, `0.87 %`: two significant digits, as a person reads a small share. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value >= 9.95 ? 0 : value >= 0.995 ? 1 : value >= 0.0995 ? 2 : 3;
  return `${Number(value.toFixed(digits))} %`;
}

/** `1 case`, `449 cases`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
