-- Autonomy that is earned: classes, the record, grants, closures, known threats, and the switch. Runs as the owner.

-- A grant is a snapshot: the application may only write its end (column rights below), and an end is for good.
CREATE TABLE autonomy_grants (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  class_key text NOT NULL,
  epoch integer NOT NULL CHECK (epoch > 0),
  level smallint NOT NULL CHECK (level BETWEEN 2 AND 4),
  impact text NOT NULL CHECK (impact IN ('low', 'medium', 'high')),
  reversible boolean NOT NULL,
  versions json NOT NULL,
  coverage json NOT NULL,
  figures json NOT NULL,
  requirements json NOT NULL,
  signed_by_id text NOT NULL CHECK (signed_by_id <> ''),
  signed_by_name text NOT NULL CHECK (signed_by_name <> ''),
  signed_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  active boolean NOT NULL,
  ended_at bigint,
  ended_why text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, class_key, level, active),
  CONSTRAINT grants_high_or_irreversible_stops_at_2 CHECK (level <= 2 OR (impact = 'low' AND reversible)),
  CONSTRAINT grants_end CHECK (active = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)),
  CONSTRAINT grants_expire_in_90_days CHECK (expires_at > signed_at AND expires_at <= signed_at + 7776000000)
);
--> statement-breakpoint
CREATE UNIQUE INDEX one_active_grant_a_class ON autonomy_grants (tenant_id, class_key) WHERE active;
--> statement-breakpoint
CREATE FUNCTION grant_end_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'grant % has ended; its end is for good', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_end_is_for_good';
END $$;
--> statement-breakpoint
CREATE TRIGGER grant_end_is_for_good BEFORE UPDATE ON autonomy_grants
  FOR EACH ROW WHEN (NOT OLD.active) EXECUTE FUNCTION grant_end_is_for_good();
--> statement-breakpoint
-- Level 2 and up stand on an active grant of exactly that level: grant_active is always true, and the reference holds it to grants that are.
CREATE TABLE autonomy_classes (
  tenant_id text NOT NULL REFERENCES tenants,
  key text NOT NULL,
  family text NOT NULL,
  does text NOT NULL CHECK (does IN ('close', 'act')),
  what text NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
  impact text NOT NULL CHECK (impact IN ('low', 'medium', 'high')),
  reversible boolean NOT NULL,
  epoch integer NOT NULL CHECK (epoch > 0),
  epoch_since bigint NOT NULL,
  versions json,
  grant_id text,
  grant_active boolean CHECK (grant_active),
  cusum double precision NOT NULL CHECK (cusum >= 0),
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, key),
  FOREIGN KEY (tenant_id, grant_id, key, level, grant_active)
    REFERENCES autonomy_grants (tenant_id, id, class_key, level, active),
  CONSTRAINT classes_key CHECK (key = family || '/' || does || ':' || what),
  CONSTRAINT classes_close_benign_only CHECK (does <> 'close' OR what IN ('benign', 'false_positive')),
  CONSTRAINT classes_high_or_irreversible_stops_at_2 CHECK (level <= 2 OR (impact = 'low' AND reversible)),
  CONSTRAINT classes_level_needs_grant CHECK ((level >= 2) = (grant_id IS NOT NULL)),
  CONSTRAINT classes_grant_active CHECK ((grant_id IS NULL) = (grant_active IS NULL)),
  CONSTRAINT classes_versions CHECK (level = 0 OR versions IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE autonomy_changes (
  tenant_id text NOT NULL,
  key text NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  level_from smallint NOT NULL,
  level_to smallint NOT NULL,
  epoch integer NOT NULL,
  cause text NOT NULL,
  said text NOT NULL,
  by_id text,
  by_name text,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, key, seq),
  FOREIGN KEY (tenant_id, key) REFERENCES autonomy_classes (tenant_id, key),
  -- Nothing goes up without somebody.
  CONSTRAINT changes_up_have_a_name CHECK (level_to <= level_from OR by_id IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE autonomy_cases (
  tenant_id text NOT NULL,
  key text NOT NULL,
  epoch integer NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  from_kind text NOT NULL CHECK (from_kind IN ('determination', 'audit', 'miss')),
  in_class boolean NOT NULL,
  at bigint NOT NULL,
  entity text NOT NULL,
  detectors json NOT NULL,
  techniques json NOT NULL,
  entities json NOT NULL,
  sources json NOT NULL,
  disposition text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  by_id text NOT NULL CHECK (by_id <> ''),
  by_name text NOT NULL,
  determined_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, key, epoch, finding_id),
  FOREIGN KEY (tenant_id, key) REFERENCES autonomy_classes (tenant_id, key),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision)
);
--> statement-breakpoint
CREATE INDEX autonomy_cases_by_finding ON autonomy_cases (tenant_id, finding_id);
--> statement-breakpoint
CREATE TABLE autonomy_labels (
  tenant_id text NOT NULL,
  key text NOT NULL,
  epoch integer NOT NULL,
  finding_id text NOT NULL,
  source text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('second', 'adjudicated', 'reversed')),
  verdict text NOT NULL CHECK (verdict IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  by_id text NOT NULL CHECK (by_id <> ''),
  by_name text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, key, epoch, finding_id, source),
  FOREIGN KEY (tenant_id, key, epoch, finding_id) REFERENCES autonomy_cases (tenant_id, key, epoch, finding_id)
);
--> statement-breakpoint
CREATE TABLE autonomy_labels_asked (
  tenant_id text NOT NULL,
  key text NOT NULL,
  epoch integer NOT NULL,
  finding_id text NOT NULL,
  task text NOT NULL,
  why text NOT NULL CHECK (why IN ('disagreement', 'agreement', 'adjudication')),
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, key, epoch, finding_id, task),
  FOREIGN KEY (tenant_id, key, epoch, finding_id) REFERENCES autonomy_cases (tenant_id, key, epoch, finding_id)
);
--> statement-breakpoint
CREATE TABLE autonomy_steps (
  tenant_id text NOT NULL,
  grant_id text NOT NULL,
  exposure double precision NOT NULL CHECK (exposure IN (0.1, 0.5, 1)),
  since bigint NOT NULL,
  by_id text NOT NULL CHECK (by_id <> ''),
  by_name text NOT NULL,
  PRIMARY KEY (tenant_id, grant_id, exposure),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES autonomy_grants (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE closures (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  key text NOT NULL,
  grant_id text NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 2 AND 4),
  signed_by_id text NOT NULL CHECK (signed_by_id <> ''),
  signed_by_name text NOT NULL,
  disposition text NOT NULL CHECK (disposition IN ('benign', 'false_positive')),
  state text NOT NULL CHECK (state IN ('waiting', 'closed', 'vetoed', 'lapsed', 'reopened')),
  at bigint NOT NULL,
  opened_by_id text,
  opened_by_name text,
  window_ends_at bigint,
  approved_by_id text,
  approved_by_name text,
  closed_at bigint,
  share double precision NOT NULL CHECK (share > 0 AND share <= 1),
  sampled boolean NOT NULL,
  review_task text,
  review_due_at bigint,
  reviewed_as text CHECK (reviewed_as IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  ended_at bigint,
  ended_why text,
  ended_by_id text,
  ended_by_name text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, finding_id, revision, grant_id),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES autonomy_grants (tenant_id, id),
  -- Silence never means yes: below level 4 a named person approved it, or at level 3 opened the notice and let its window pass.
  CONSTRAINT closures_silence_is_no_yes CHECK (
    closed_at IS NULL OR level = 4 OR approved_by_id IS NOT NULL
    OR (level = 3 AND opened_by_id IS NOT NULL AND window_ends_at IS NOT NULL AND closed_at >= window_ends_at)),
  CONSTRAINT closures_closed_at CHECK (state <> 'closed' OR closed_at IS NOT NULL),
  CONSTRAINT closures_sampled_are_reviewed CHECK (NOT sampled OR closed_at IS NULL OR review_task IS NOT NULL)
);
--> statement-breakpoint
CREATE INDEX closures_by_class ON closures (tenant_id, key, closed_at);
--> statement-breakpoint
CREATE INDEX closures_by_state ON closures (tenant_id, state, at);
--> statement-breakpoint
-- A grant that has ended writes nothing. Not while a backup is loaded: that is history.
CREATE FUNCTION closure_needs_active_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('bridgewatch.maintenance', true) IS DISTINCT FROM 'on' AND NOT EXISTS (
    SELECT FROM autonomy_grants g WHERE g.tenant_id = NEW.tenant_id AND g.id = NEW.grant_id AND g.class_key = NEW.key
      AND g.level = NEW.level AND g.active) THEN
    RAISE EXCEPTION 'grant % is not active', NEW.grant_id USING ERRCODE = 'check_violation', CONSTRAINT = 'closure_needs_active_grant';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER closure_made BEFORE INSERT ON closures FOR EACH ROW EXECUTE FUNCTION closure_needs_active_grant();
--> statement-breakpoint
CREATE TRIGGER closure_closes BEFORE UPDATE ON closures
  FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION closure_needs_active_grant();
--> statement-breakpoint
CREATE TABLE considerations (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  key text NOT NULL,
  grant_id text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('closed', 'waiting', 'proposed', 'person')),
  why json NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, revision, grant_id),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES autonomy_grants (tenant_id, id)
);
--> statement-breakpoint
-- Apart from findings: nothing that scores, investigates or recommends is given a road to it.
CREATE TABLE canaries (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  family text NOT NULL,
  techniques json NOT NULL,
  material text NOT NULL,
  state text NOT NULL CHECK (state IN ('planted', 'caught', 'missed')),
  planted_by_id text NOT NULL,
  planted_by_name text NOT NULL,
  planted_at bigint NOT NULL,
  disposition text,
  verdict text,
  resolved_at bigint,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, finding_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id),
  CHECK ((state = 'planted') = (resolved_at IS NULL))
);
--> statement-breakpoint
-- The switch. tenant_id is 'system' where everything stops, which is no tenant, so there is nothing to reference.
CREATE TABLE automation_stops (
  tenant_id text NOT NULL,
  id text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('everything', 'tenant', 'class')),
  class_key text,
  via text NOT NULL CHECK (via IN ('console', 'cli', 'file')),
  via_tenant text,
  why text NOT NULL,
  by_id text NOT NULL CHECK (by_id <> ''),
  by_name text NOT NULL,
  at bigint NOT NULL,
  lifted_at bigint,
  lifted_by_id text,
  lifted_by_name text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((scope = 'everything') = (tenant_id = 'system')),
  CHECK ((scope = 'class') = (class_key IS NOT NULL)),
  CONSTRAINT stops_are_lifted_by_somebody CHECK (
    (lifted_at IS NULL) = (lifted_by_id IS NULL) AND (lifted_by_id IS NULL) = (lifted_by_name IS NULL))
);
--> statement-breakpoint
-- A stop of a tenant that does not exist would stop nothing and look as if it did.
CREATE FUNCTION stop_needs_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.tenant_id <> 'system' AND NOT EXISTS (SELECT FROM tenants t WHERE t.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'there is no tenant %', NEW.tenant_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'automation_stops_tenant_id_fkey';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER stop_needs_tenant BEFORE INSERT ON automation_stops FOR EACH ROW EXECUTE FUNCTION stop_needs_tenant();
--> statement-breakpoint
CREATE INDEX automation_stops_standing ON automation_stops (tenant_id) WHERE lifted_at IS NULL;
--> statement-breakpoint
-- Whether a stop stands for a class, everything included, which a transaction of one tenant cannot read: it runs as the owner and answers
-- yes or no. Of a tenant that is not visible the answer is yes.
CREATE FUNCTION automation_stopped(of_tenant text, of_class text) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before text := coalesce(current_setting('bridgewatch.maintenance', true), '');
  stopped boolean;
BEGIN
  IF NOT coalesce(of_tenant = ANY (visible_tenants()), false) THEN RETURN true; END IF;
  PERFORM set_config('bridgewatch.maintenance', 'on', true);
  stopped := EXISTS (
    SELECT FROM automation_stops WHERE lifted_at IS NULL AND (
      tenant_id = 'system' OR (tenant_id = of_tenant AND (scope = 'tenant' OR class_key = of_class))));
  PERFORM set_config('bridgewatch.maintenance', before, true);
  RETURN stopped;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION automation_stopped(text, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION automation_stopped(text, text) TO bridgewatch_app;
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT ON
  autonomy_grants, autonomy_classes, autonomy_changes, autonomy_cases, autonomy_labels, autonomy_labels_asked, autonomy_steps,
  closures, considerations, canaries, automation_stops TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (active, ended_at, ended_why) ON autonomy_grants TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (level, epoch, epoch_since, versions, grant_id, grant_active, cusum, updated_at) ON autonomy_classes TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (
  state, opened_by_id, opened_by_name, window_ends_at, approved_by_id, approved_by_name, closed_at, sampled, review_task,
  review_due_at, reviewed_as, ended_at, ended_why, ended_by_id, ended_by_name) ON closures TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (state, disposition, verdict, resolved_at) ON canaries TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (lifted_at, lifted_by_id, lifted_by_name) ON automation_stops TO bridgewatch_app;
