import type { Model } from '../../contracts/model.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { handSet } from '../../score/index.ts';

/** Names a model by its content: SHA-256 of its canonical JSON (RFC 8785) without the id. */
export function versionId({ id: _none, ...content }: Model): string {
  return sha256(canonicalJson(content));
}

/** The model under the id that its content gives it. */
export function named(model: Model): Model {
  return { ...model, id: versionId(model) };
}

const SYSTEM = { kind: 'system', id: 'learning', version: '1' } as const;

/** The champions of the tenants that this process works for, at hand. */
export class Champions {
  readonly #at = new Map<string, Model>();
  readonly #store: StateStore;
  readonly #clock: Clock;

  constructor(store: StateStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Makes the hand-set weights a version of the tenant, and its champion where it has none: on record first. */
  async begin(tenant: string): Promise<void> {
    const model = named(handSet);
    await this.#store.withTenants([tenant], async (tx) => {
      const at = this.#clock.now();
      if ((await tx.models.version(tenant, model.id)) === null) {
        await tx.ledger.append(tenant, {
          actor: SYSTEM,
          onBehalfOf: null,
          type: 'model.version',
          subject: { kind: 'model', id: model.id, revision: null },
          payload: { origin: 'hand_set', code: model.code },
        });
        const kept = { origin: 'hand_set', calibratedOn: 0, measured: null, madeBy: null } as const;
        await tx.models.addVersion({ tenant, id: model.id, model, ...kept, madeAt: at, note: '' });
      }
      if ((await tx.models.champion(tenant)) !== null) return;
      const reason = 'Nothing was learned yet';
      await tx.ledger.append(tenant, {
        actor: SYSTEM,
        onBehalfOf: null,
        type: 'model.promoted',
        subject: { kind: 'model', id: model.id, revision: null },
        payload: { from: null, reason },
      });
      await tx.models.addPromotion({ tenant, from: null, to: model.id, reason, by: null, at });
    });
    await this.refresh(tenant);
  }

  /** Reads the tenant's champion anew. */
  async refresh(tenant: string): Promise<void> {
    const champion = await this.#store.withTenants([tenant], ({ models }) => models.champion(tenant));
    if (champion !== null) this.#at.set(tenant, champion.model);
  }

  /** The champion as last read. Throws `MODEL_NO_CHAMPION`. */
  of(tenant: string): Model {
    const model = this.#at.get(tenant);
    if (model !== undefined) return model;
    throw new BridgewatchError(
      'MODEL_NO_CHAMPION',
      `tenant "${tenant}" has no champion here; models are begun with the server, for the tenants it works for`,
      503,
    );
  }
}
