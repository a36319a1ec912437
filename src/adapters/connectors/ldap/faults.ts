import { BusyError, InvalidCredentialsError, ResultCodeError, TimeLimitExceededError, UnavailableError } from 'ldapts';
import { ZodError } from 'zod';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { LdapSettings } from './settings.ts';

export const refused = (message: string): BridgewatchError => new BridgewatchError('CONNECTOR_REFUSED', message, 502);

/** Faults of this code or of a plan that no survey made: never the directory's doing, so never tried again. */
const ours = [TypeError, RangeError, ZodError];

/** Node and OpenSSL name what is wrong with a certificate by one of many codes. */
const certificateFault = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|ERR_SSL_)/;

/**
 * What went wrong, as the product's error. What the directory wrote along is left out: it is another's text, and the name of
 * the result code says enough.
 */
export function asFault(error: unknown, settings: LdapSettings, stopped: boolean): unknown {
  if (error instanceof BridgewatchError || ours.some((kind) => error instanceof kind)) return error;
  const cause = { cause: error };
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  if (stopped || error instanceof TimeLimitExceededError || /timed out|timeout/i.test(message)) {
    return new BridgewatchError('CONNECTOR_TIMEOUT', `${settings.url} did not answer in time`, 504, cause);
  }
  if (error instanceof InvalidCredentialsError) {
    return refused(`${settings.url} does not let ${settings.bindDn} in: check bindDn and the secret it names`);
  }
  if (error instanceof ResultCodeError && !(error instanceof BusyError) && !(error instanceof UnavailableError)) {
    return refused(`${settings.url} refused with ${name} (LDAP result ${error.code})`);
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
  if (certificateFault.test(code)) {
    return refused(`the certificate of ${settings.url} is not trusted (${code}): name its authority in caCertificate`);
  }
  return new BridgewatchError('CONNECTOR_UNREACHABLE', `${settings.url} cannot be reached (${code})`, 502, cause);
}
