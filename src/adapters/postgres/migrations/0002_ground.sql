-- What authority stands on: closures beside determinations, customers beside analysts, policies, and what people know. Runs as the owner.

-- Binds every table with a tenant that is not bound yet, as 0000 and 0001 did by hand. Call it at the end of each migration that makes tables.
CREATE FUNCTION bind_tenant_tables() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
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
REVOKE EXECUTE ON FUNCTION bind_tenant_tables() FROM PUBLIC;
--> statement-breakpoint
-- A closure is what a grant writes; it is no determination, so it is a status of its own.
ALTER TABLE findings DROP CONSTRAINT findings_status_check;
--> statement-breakpoint
ALTER TABLE findings ADD CONSTRAINT findings_status_check CHECK (status IN ('open', 'determined', 'closed'));
--> statement-breakpoint
ALTER TABLE memberships DROP CONSTRAINT memberships_role_check;
--> statement-breakpoint
ALTER TABLE memberships ADD CONSTRAINT memberships_role_check
  CHECK (role IN ('viewer', 'analyst', 'lead', 'administrator', 'customer'));
--> statement-breakpoint
CREATE TABLE tenant_policies (
  tenant_id text PRIMARY KEY REFERENCES tenants,
  policy json NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  updated_at bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE context_facts (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  entity_kind text NOT NULL,
  entity_value text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('crown_jewel', 'owner', 'maintenance_window', 'expected_behaviour', 'note')),
  fact text NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  until bigint,
  withdrawn_at bigint,
  PRIMARY KEY (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX context_facts_by_entity ON context_facts (tenant_id, entity_kind, entity_value);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON tenant_policies, context_facts TO bridgewatch_app;
