-- Who is who: providers over many tenants, members that leave, tokens, second factors, passkeys. Runs as the owner.

-- One firm that looks after many tenants. Its people reach exactly the tenants that name it.
CREATE TABLE providers (
  provider_id text PRIMARY KEY CHECK (provider_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name text NOT NULL
);
--> statement-breakpoint
ALTER TABLE tenants ADD COLUMN provider_id text REFERENCES providers;
--> statement-breakpoint
CREATE INDEX tenants_by_provider ON tenants (provider_id);
--> statement-breakpoint
-- A customer is somebody of the tenant, so never a role that comes through a provider.
CREATE TABLE provider_members (
  provider_id text NOT NULL REFERENCES providers,
  account_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'analyst', 'lead', 'administrator')),
  removed_at bigint,
  PRIMARY KEY (provider_id, account_id)
);
--> statement-breakpoint
CREATE INDEX provider_members_by_account ON provider_members (account_id);
--> statement-breakpoint
-- Whoever left stays on record; no row of a tenant is ever deleted.
ALTER TABLE memberships ADD COLUMN removed_at bigint;
--> statement-breakpoint
-- Like own_memberships: which tenants a person reaches through a provider must be answerable before any tenant is chosen.
CREATE POLICY tenants_of_own_provider ON tenants FOR SELECT
  USING (provider_id IN (
    SELECT p.provider_id FROM provider_members p
    WHERE p.removed_at IS NULL AND p.account_id = nullif(current_setting('bridgewatch.account', true), '')));
--> statement-breakpoint
-- Outside tenants like sessions: a token is looked up before it is known whose it is. Only its SHA-256 is here.
CREATE TABLE api_tokens (
  id text PRIMARY KEY,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  prefix text NOT NULL,
  account_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
  name text NOT NULL,
  scopes text[] NOT NULL,
  only_tenant text REFERENCES tenants,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  revoked_at bigint,
  last_used_at bigint,
  CHECK (expires_at > created_at)
);
--> statement-breakpoint
CREATE INDEX api_tokens_by_account ON api_tokens (account_id);
--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;
--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN two_factor_enabled boolean NOT NULL DEFAULT false;
--> statement-breakpoint
-- secret and backup_codes are encrypted with the server's session secret, which is not in the database.
CREATE TABLE two_factor (
  id text PRIMARY KEY,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
  verified boolean NOT NULL DEFAULT false,
  failed_verification_count integer NOT NULL DEFAULT 0,
  locked_until timestamptz
);
--> statement-breakpoint
CREATE UNIQUE INDEX two_factor_by_user ON two_factor (user_id);
--> statement-breakpoint
CREATE TABLE passkey (
  id text PRIMARY KEY,
  name text,
  public_key text NOT NULL,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
  credential_id text NOT NULL UNIQUE,
  counter bigint NOT NULL,
  device_type text NOT NULL,
  backed_up boolean NOT NULL,
  transports text,
  created_at timestamptz,
  aaguid text
);
--> statement-breakpoint
CREATE INDEX passkey_by_user ON passkey (user_id);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT ON providers TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON provider_members, api_tokens TO bridgewatch_app;
--> statement-breakpoint
-- Of a tenant only who looks after it may change.
GRANT UPDATE (provider_id) ON tenants TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON two_factor, passkey TO bridgewatch_app;
