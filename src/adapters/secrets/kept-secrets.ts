import { LONGEST_SECRET } from '../../contracts/connector.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretKeeper, Secrets } from '../../ports/secrets.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { KeyRing } from './key-ring.ts';
import { open, seal } from './seal.ts';

/** Secrets in the state store, sealed with the installation's key. Nothing is cached: a secret lives as long as the call that needs it. */
export function keptSecrets(
  store: Pick<StateStore, 'withTenants'>,
  ring: Pick<KeyRing, 'keys'>,
  clock: Clock,
): Secrets & SecretKeeper {
  return {
    async read(tenant, name) {
      const sealed = await store.withTenants([tenant], (tx) => tx.secrets.get(tenant, name));
      if (sealed === null) {
        throw new BridgewatchError('SECRET_UNKNOWN', `${tenant} has no secret ${name}; set it first`, 400);
      }
      const key = ring.keys().find(({ id }) => id === sealed.keyId);
      if (key === undefined) {
        throw new BridgewatchError(
          'SECRET_KEY_MISSING',
          `secret ${name} of ${tenant} was sealed with key ${sealed.keyId}, which is not in the key file; put that file back, or set the secret again`,
        );
      }
      return open(key, { tenant, name }, sealed);
    },

    async put(tx, { tenant, name, value, by }) {
      if (value.length === 0 || value.length > LONGEST_SECRET || !value.isWellFormed()) {
        throw new BridgewatchError(
          'SECRET_VALUE_BAD',
          `a secret is 1 to ${LONGEST_SECRET} characters of well-formed text; this one has ${value.length}`,
          400,
        );
      }
      const at = clock.now();
      let key = ring.keys()[0];
      for (;;) {
        await tx.secrets.put(tenant, name, { ...seal(key, { tenant, name }, value), setById: by, setAt: at });
        // A rotation first changes the file and then waits for every writer of the table, which this one now is: what is sealed with
        // the key that is first at this moment is either new enough or will be sealed anew.
        const now = ring.keys()[0];
        if (now.id === key.id) return;
        key = now;
      }
    },
  };
}
