-- Secrets of connectors, encrypted at rest, and the connectors that use them. Runs as the owner.

-- ciphertext is AES-256-GCM under the installation's key, which is not in the database; tenant and name are its additional data, so
-- that a row moved to another tenant or name does not decrypt.
CREATE TABLE secrets (
  tenant_id text NOT NULL REFERENCES tenants,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 63),
  nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
  ciphertext bytea NOT NULL CHECK (octet_length(ciphertext) >= 16),
  key_id text NOT NULL,
  set_by_id text NOT NULL,
  set_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
--> statement-breakpoint
-- settings hold names of secrets only.
CREATE TABLE connectors (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL CHECK (length(id) BETWEEN 1 AND 63),
  type text NOT NULL,
  settings json NOT NULL,
  kinds json NOT NULL,
  enabled boolean NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON secrets, connectors TO bridgewatch_app;
