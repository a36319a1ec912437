import { Problem } from './problem.ts';
import { auth } from './session.ts';

/** Whether this browser has passkeys at all, and this address has a name that they can belong to. */
export const passkeysWork = (): boolean =>
  typeof PublicKeyCredential === 'function' &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential &&
  !/^[\d.]+$|:/.test(window.location.hostname);

/** Adds a passkey of this device to the signed-in account. */
export async function addPasskey(name: string): Promise<void> {
  const options = (await auth('passkey/generate-register-options')) as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await asked(navigator.credentials.create({ publicKey }));
  await auth('passkey/verify-registration', { response: made.toJSON(), name });
}

/** Signs in with a passkey; the device checks who holds it, so that it counts as both factors. */
export async function signInWithPasskey(): Promise<void> {
  const options = (await auth('passkey/generate-authenticate-options')) as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({ ...options, userVerification: 'required' });
  const given = await asked(navigator.credentials.get({ publicKey }));
  await auth('passkey/verify-authentication', { response: given.toJSON() });
}

async function asked(answer: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const credential = await answer.catch(() => null);
  if (credential instanceof PublicKeyCredential) return credential;
  throw new Problem(-1, 'PASSKEY_NOT_GIVEN', 'No passkey', 'No passkey was given.');
}
