import { BridgewatchError } from '../kernel/errors.ts';

/**
 * A whole number of at least 0 from the command line.
 *
 * @throws BridgewatchError `CLI_NOT_A_NUMBER` naming the option and what was given
 */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new BridgewatchError('CLI_NOT_A_NUMBER', `${option} is '${text}'; give a whole number, 0 or more`);
}
