-- Facts with structure and an owner; where findings stand by expected loss; what is below the line. Runs as the owner.

ALTER TABLE context_facts ADD COLUMN body json, ADD COLUMN owner text;
--> statement-breakpoint
ALTER TABLE context_facts DROP CONSTRAINT context_facts_kind_check;
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', 'on', true);
--> statement-breakpoint
-- What had no end cannot go on to speak for a story being harmless: it stays on record as a note.
UPDATE context_facts SET kind = 'note' WHERE kind IN ('maintenance_window', 'expected_behaviour');
--> statement-breakpoint
UPDATE context_facts SET owner = by_name,
  kind = CASE kind WHEN 'crown_jewel' THEN 'criticality' ELSE kind END,
  body = CASE kind WHEN 'crown_jewel' THEN '{"kind":"criticality","level":"crown_jewel"}'::json
    ELSE json_build_object('kind', kind) END;
--> statement-breakpoint
-- 0.7 / 4.875: what a finding of which nothing is known stands at, per unit of probability.
UPDATE findings SET rank = rank * 0.7 / 4.875 WHERE rank < 1;
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', '', true);
--> statement-breakpoint
ALTER TABLE context_facts ALTER COLUMN body SET NOT NULL, ALTER COLUMN owner SET NOT NULL,
  ADD CHECK (kind IN ('criticality', 'vip', 'maintenance_window', 'expected_behaviour', 'owner', 'note')),
  ADD CHECK (body ->> 'kind' = kind),
  ADD CHECK (kind NOT IN ('maintenance_window', 'expected_behaviour') OR until IS NOT NULL);
--> statement-breakpoint
ALTER TABLE findings ADD COLUMN ranking json;
--> statement-breakpoint
-- No reference to findings: what is here is no finding, and is one only once it is drawn.
CREATE TABLE below_the_line (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  title text NOT NULL,
  family text NOT NULL,
  probability double precision NOT NULL CHECK (probability > 0 AND probability < 1),
  expected_loss double precision NOT NULL CHECK (expected_loss BETWEEN 0 AND 1),
  why text NOT NULL CHECK (why IN ('floor', 'capacity')),
  entities json NOT NULL,
  detectors json NOT NULL,
  first_event_at bigint NOT NULL,
  last_event_at bigint NOT NULL,
  added_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  -- It has become a finding since, by growing.
  surfaced_at bigint,
  -- When it was drawn, with which probability, and whether what it rests on was still at hand.
  sampled_at bigint,
  share double precision CHECK (share > 0 AND share <= 1),
  lost boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, id),
  CHECK ((sampled_at IS NULL) = (share IS NULL))
);
--> statement-breakpoint
CREATE INDEX below_the_line_by_loss ON below_the_line (tenant_id, expected_loss DESC, id);
--> statement-breakpoint
CREATE INDEX below_the_line_by_age ON below_the_line (tenant_id, updated_at);
--> statement-breakpoint
-- One row a day that was drawn from, so that no day is drawn from twice.
CREATE TABLE below_the_line_draws (
  tenant_id text NOT NULL REFERENCES tenants,
  day bigint NOT NULL,
  at bigint NOT NULL,
  population integer NOT NULL CHECK (population >= 0),
  drawn integer NOT NULL CHECK (drawn >= 0),
  PRIMARY KEY (tenant_id, day)
);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
-- What is not drawn goes after a month. The application deletes nothing by itself: this runs as the owner, for a tenant that is visible.
CREATE FUNCTION forget_below_the_line(of_tenant text, seen_before bigint) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before text := coalesce(current_setting('bridgewatch.maintenance', true), '');
  gone integer;
BEGIN
  IF NOT coalesce(of_tenant = ANY (visible_tenants()), false) THEN RETURN 0; END IF;
  PERFORM set_config('bridgewatch.maintenance', 'on', true);
  DELETE FROM below_the_line WHERE tenant_id = of_tenant AND updated_at < seen_before AND sampled_at IS NULL;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('bridgewatch.maintenance', before, true);
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION forget_below_the_line(text, bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION forget_below_the_line(text, bigint) TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON below_the_line TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON below_the_line_draws TO bridgewatch_app;
