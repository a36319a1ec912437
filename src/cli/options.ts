import { isIP } from 'node:net';
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

/**
 * Addresses, each alone or with a prefix length.
 *
 * @throws BridgewatchError `CLI_NOT_AN_ADDRESS` naming what was given
 */
export function cidrs(texts: readonly string[]): readonly string[] {
  for (const text of texts) {
    const [address = '', bits, ...more] = text.split('/');
    const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (
      more.length === 0 &&
      longest >= 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
    )
      continue;
    throw new BridgewatchError(
      'CLI_NOT_AN_ADDRESS',
      `--trusted-proxy is '${text}'; give an IP address, or a range like 10.0.0.0/8`,
    );
  }
  return texts;
}
