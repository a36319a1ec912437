-- Keys of data subjects, whose destruction erases what the ledger says of them; and a head for every tenant's chain from the
-- tenant's first day, so that a chain that is gone is missed. Runs as the owner.

-- wrapped is AES-256-GCM of the key under the installation's wrapping key, which is not in the database; null once destroyed. Without
-- a reference to tenants: the chain 'system' belongs to none.
CREATE TABLE subject_keys (
  tenant_id text NOT NULL,
  key_id text NOT NULL,
  subject text NOT NULL,
  wrapping_key_id text NOT NULL,
  wrapped bytea,
  created_at bigint NOT NULL,
  destroyed_at bigint,
  PRIMARY KEY (tenant_id, key_id),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX subject_keys_living ON subject_keys (tenant_id, subject, wrapping_key_id) WHERE wrapped IS NOT NULL;
--> statement-breakpoint
ALTER TABLE subject_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE subject_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY visible_tenants_only ON subject_keys
  USING (tenant_id = ANY (visible_tenants())) WITH CHECK (tenant_id = ANY (visible_tenants()));
--> statement-breakpoint
CREATE POLICY owner_maintenance ON subject_keys TO CURRENT_USER
  USING (current_setting('bridgewatch.maintenance', true) = 'on')
  WITH CHECK (current_setting('bridgewatch.maintenance', true) = 'on');
--> statement-breakpoint
-- A key is destroyed, and nothing else is ever done to its row.
CREATE POLICY destroyed_only ON subject_keys AS RESTRICTIVE FOR UPDATE
  USING (wrapped IS NOT NULL) WITH CHECK (wrapped IS NULL);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE (wrapped, destroyed_at) ON subject_keys TO bridgewatch_app;
--> statement-breakpoint
-- Locks the head of a chain until the transaction ends, and makes it where there is none.
CREATE FUNCTION ledger_lock(of_tenant text) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ledger_heads WHERE tenant_id = of_tenant FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO ledger_heads VALUES (of_tenant, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    PERFORM FROM ledger_heads WHERE tenant_id = of_tenant FOR UPDATE;
  END IF;
END $$;
--> statement-breakpoint
-- The living key of a subject under a wrapping key, or else the one offered, kept from now on. The chain is locked first, so that keys
-- are made and destroyed, and entries written with them, one after the other.
CREATE FUNCTION subject_key(
  of_tenant text, of_subject text, of_wrapping_key text, offered_id text, offered bytea, at bigint,
  OUT id text, OUT bytes bytea
)
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_lock(of_tenant);
  SELECT key_id, wrapped INTO id, bytes FROM subject_keys
    WHERE tenant_id = of_tenant AND subject = of_subject AND wrapping_key_id = of_wrapping_key AND wrapped IS NOT NULL;
  IF NOT FOUND THEN
    INSERT INTO subject_keys (tenant_id, key_id, subject, wrapping_key_id, wrapped, created_at)
      VALUES (of_tenant, offered_id, of_subject, of_wrapping_key, offered, at);
    id := offered_id;
    bytes := offered;
  END IF;
END $$;
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', 'on', true);
--> statement-breakpoint
INSERT INTO ledger_heads SELECT tenant_id, 0, repeat('0', 64) FROM tenants ON CONFLICT DO NOTHING;
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', 'off', true);
