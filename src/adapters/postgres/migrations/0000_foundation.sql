-- The first ground: tenants, what they own, the ledger, and the accounts, which stand outside tenants.
-- Runs as the owner. The role bridgewatch_app exists already (roles.ts). Times are epoch milliseconds given by the
-- product's clock; nothing here asks the database what time it is.

-- The tenants this transaction may see, as set by set_config('bridgewatch.tenants', 'a,b', true). None when unset.
CREATE FUNCTION visible_tenants() RETURNS text[]
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN string_to_array(nullif(current_setting('bridgewatch.tenants', true), ''), ',');
--> statement-breakpoint
CREATE TABLE tenants (
  tenant_id text PRIMARY KEY CHECK (tenant_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name text NOT NULL
);
--> statement-breakpoint
CREATE TABLE memberships (
  tenant_id text NOT NULL REFERENCES tenants,
  account_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'analyst', 'lead', 'administrator')),
  PRIMARY KEY (tenant_id, account_id)
);
--> statement-breakpoint
CREATE INDEX memberships_by_account ON memberships (account_id);
--> statement-breakpoint
-- Head of a finding: where its review stands. What was claimed is in finding_revisions and is never changed.
CREATE TABLE findings (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  revision integer NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'determined')),
  threat_probability double precision NOT NULL CHECK (threat_probability >= 0 AND threat_probability <= 1),
  visible_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  first_seen json NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX findings_by_rank ON findings (tenant_id, status, threat_probability DESC, id);
--> statement-breakpoint
CREATE INDEX findings_by_probability ON findings (tenant_id, threat_probability DESC, id);
--> statement-breakpoint
-- json and not jsonb: the document is kept as written, and jsonb refuses \u0000, which telemetry may carry.
CREATE TABLE finding_revisions (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  document json NOT NULL,
  recorded_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, revision),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE finding_aliases (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id),
  CHECK (id <> finding_id)
);
--> statement-breakpoint
-- One order over determinations and reopenings: the later of two rows is the one that holds.
CREATE SEQUENCE review_order;
--> statement-breakpoint
CREATE TABLE determinations (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  review_order bigint NOT NULL DEFAULT nextval('review_order'),
  verdict text NOT NULL CHECK (verdict IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  reason text NOT NULL,
  note text NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  recommended text NOT NULL CHECK (recommended IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision)
);
--> statement-breakpoint
CREATE INDEX determinations_by_finding ON determinations (tenant_id, finding_id, review_order);
--> statement-breakpoint
CREATE TABLE reopenings (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  review_order bigint NOT NULL DEFAULT nextval('review_order'),
  revision integer NOT NULL,
  reason text NOT NULL,
  by_kind text NOT NULL CHECK (by_kind IN ('human', 'system')),
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, review_order),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
-- raw is bytes: a text column refuses NUL, and evidence must be kept as it came.
CREATE TABLE evidence_events (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  time bigint NOT NULL,
  lens text NOT NULL,
  file text NOT NULL,
  line integer NOT NULL,
  raw bytea NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE counters (
  tenant_id text NOT NULL REFERENCES tenants,
  name text NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
--> statement-breakpoint
CREATE TABLE idempotency_keys (
  tenant_id text NOT NULL REFERENCES tenants,
  account_id text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  status integer NOT NULL,
  body bytea NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, account_id, key)
);
--> statement-breakpoint
-- entry holds the canonical bytes; the columns beside it repeat them for look-ups and are checked by ledger verify.
-- No reference to tenants: the chain 'system' belongs to none.
CREATE TABLE ledger_entries (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  entry bytea NOT NULL,
  hash text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
--> statement-breakpoint
CREATE INDEX ledger_entries_by_subject ON ledger_entries (tenant_id, subject_kind, subject_id, seq);
--> statement-breakpoint
CREATE TABLE ledger_payloads (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
--> statement-breakpoint
-- The row an append locks: one writer a chain at a time. Shows a cut tail for what it is.
CREATE TABLE ledger_heads (
  tenant_id text PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user" (
  id text PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  email_verified boolean NOT NULL DEFAULT false,
  image text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE session (
  id text PRIMARY KEY,
  expires_at timestamptz NOT NULL,
  token text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ip_address text,
  user_agent text,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX session_by_user ON session (user_id);
--> statement-breakpoint
CREATE TABLE account (
  id text PRIMARY KEY,
  account_id text NOT NULL,
  provider_id text NOT NULL,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX account_by_user ON account (user_id);
--> statement-breakpoint
CREATE TABLE verification (
  id text PRIMARY KEY,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX verification_by_identifier ON verification (identifier);
--> statement-breakpoint
-- Row-level security on every table with a tenant. FORCE binds the owner too; the owner sees all tenants only after
-- saying so (backup, restore, verification). A superuser is never bound.
DO $$
DECLARE name text;
BEGIN
  FOR name IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'tenant_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY visible_tenants_only ON %I
         USING (tenant_id = ANY (visible_tenants())) WITH CHECK (tenant_id = ANY (visible_tenants()))', name);
    EXECUTE format(
      'CREATE POLICY owner_maintenance ON %I TO CURRENT_USER
         USING (current_setting(''bridgewatch.maintenance'', true) = ''on'')
         WITH CHECK (current_setting(''bridgewatch.maintenance'', true) = ''on'')', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Which tenants an account belongs to must be answerable before any tenant is chosen.
CREATE POLICY own_memberships ON memberships FOR SELECT
  USING (account_id = nullif(current_setting('bridgewatch.account', true), ''));
--> statement-breakpoint
-- Append-only means: nobody the application can be has the right to change or remove a row.
GRANT SELECT, INSERT ON
  tenants, finding_revisions, finding_aliases, determinations, reopenings, evidence_events, idempotency_keys,
  ledger_entries, ledger_payloads
  TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON memberships, findings, counters, ledger_heads TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "user", session, account, verification TO bridgewatch_app;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE review_order TO bridgewatch_app;
