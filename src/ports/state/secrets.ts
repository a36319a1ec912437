import type { ConnectorConfig } from '../../contracts/connector.ts';

/** A secret as the store keeps it: nothing in it can be read without the installation's key. */
export interface SealedSecret {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  /** Which key sealed it. */
  readonly keyId: string;
}

export interface SecretRows {
  /** Sets it anew or over the one before. */
  put(
    tenant: string,
    name: string,
    sealed: SealedSecret & { readonly setById: string; readonly setAt: number },
  ): Promise<void>;
  get(tenant: string, name: string): Promise<SealedSecret | null>;
  /** Names with who set them and when, by name. */
  list(tenant: string): Promise<readonly { name: string; setById: string; setAt: number }[]>;
}

export interface ConnectorRows {
  get(tenant: string, id: string): Promise<ConnectorConfig | null>;
  /** By id, those that are off among them. */
  list(tenant: string): Promise<readonly ConnectorConfig[]>;
  /** Writes revision `config.revision`, over the one before it; 1 is a new one. Throws `CONNECTOR_REVISION_STALE` (412). */
  put(config: ConnectorConfig, at: number): Promise<void>;
}
