import { passkey } from '@better-auth/passkey';
import { APIError } from 'better-auth/api';
import { genericOAuth, twoFactor } from 'better-auth/plugins';
import type { RecordAccount } from './record.ts';

/** Sign-in through an OpenID provider: one, of the organisation's own. */
export interface OidcOptions {
  /** Exactly as the provider's discovery document states it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the sign-in button calls it. */
  readonly name: string;
}

/** One-time codes from an authenticator, with backup codes for when it is lost. */
export function oneTimeCodes() {
  return twoFactor({ issuer: 'Bridgewatch' });
}

/**
 * Passkeys count as both factors, so the authenticator must have verified its person (PIN, finger, face): the plugin asks
 * for that and does not insist; we do. `host` is the name people reach the server by.
 */
export function passkeys(host: string, record: RecordAccount) {
  return passkey({
    rpID: host,
    rpName: 'Bridgewatch',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    registration: {
      afterVerification: async ({ verification, user }) => {
        demandVerifiedPerson(verification.registrationInfo?.userVerified === true);
        await record(user.id, 'passkey.adding');
      },
    },
    authentication: {
      afterVerification: async ({ verification }) =>
        demandVerifiedPerson(verification.authenticationInfo.userVerified === true),
    },
  });
}

function demandVerifiedPerson(verified: boolean): void {
  if (!verified) throw new APIError('UNAUTHORIZED', { message: 'the authenticator did not verify its person' });
}

/**
 * Signs in who has an account under the email that the provider calls verified; makes no account. Whoever came once is known
 * by issuer and subject from then on. Its ID token must verify, with nonce and PKCE.
 */
export function openId({ issuer, clientId, clientSecret, name }: OidcOptions) {
  return genericOAuth({
    config: [
      {
        providerId: 'oidc',
        name,
        discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        authentication: 'basic',
        scopes: ['openid', 'email', 'profile'],
        pkce: true,
        requireIdTokenVerification: true,
        disableSignUp: true,
        // With the issuer, so that another provider's subject of the same name is another person.
        accountSubject: ({ profile }) => `${issuer} ${String(profile.sub ?? profile.id ?? '')}`,
      },
    ],
  });
}
