import { readFileSync } from 'node:fs';
import type { OidcOptions } from '../http/auth/plugins.ts';
import { BridgewatchError } from '../kernel/errors.ts';

/**
 * The OpenID provider that `serve`'s options name; null where they name none. The secret comes from a file, since a command
 * line can be read by everybody on the machine. Throws `CLI_OIDC_INCOMPLETE` naming what is missing, `CLI_OIDC_ISSUER`.
 */
export function oidcOptions(options: {
  readonly oidcIssuer?: string;
  readonly oidcClientId?: string;
  readonly oidcClientSecretFile?: string;
  readonly oidcName: string;
}): OidcOptions | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecretFile: file, oidcName: name } = options;
  if (issuer === undefined && clientId === undefined && file === undefined) return null;
  if (issuer === undefined || clientId === undefined || file === undefined) {
    throw new BridgewatchError(
      'CLI_OIDC_INCOMPLETE',
      'an OpenID provider takes all of --oidc-issuer, --oidc-client-id and --oidc-client-secret-file',
    );
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const loopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback))) {
    throw new BridgewatchError('CLI_OIDC_ISSUER', `--oidc-issuer is '${issuer}'; give an https:// URL`);
  }
  return { issuer, clientId, clientSecret: readFileSync(file, 'utf8').trim(), name };
}
