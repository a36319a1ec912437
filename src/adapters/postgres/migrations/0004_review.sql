-- Review: who decided blind and how, second opinions, incidents, clocks and the rota. Runs as the owner; ends by binding its
-- tables to their tenants.

-- What a determination says beside its verdict. Earlier ones were made with the AI's opinion in sight.
ALTER TABLE determinations
  ADD COLUMN blind boolean NOT NULL DEFAULT false,
  ADD COLUMN confidence text CHECK (confidence IN ('low', 'medium', 'high')),
  ADD COLUMN time_spent_ms bigint CHECK (time_spent_ms >= 0),
  ADD COLUMN evidence json NOT NULL DEFAULT '[]',
  ADD COLUMN activity_started_at bigint,
  -- Null where a person opened the finding: the AI recommended nothing.
  ALTER COLUMN recommended DROP NOT NULL;
--> statement-breakpoint
-- reviews counts what people and grants have said about a finding: with the revision, it is what a writer must have seen. rank is
-- the place in the queue: the probability, except where that would tell what is withheld.
ALTER TABLE findings
  ADD COLUMN reviews integer NOT NULL DEFAULT 0,
  ADD COLUMN rank double precision NOT NULL DEFAULT 0 CHECK (rank >= 0 AND rank <= 1);
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', 'on', true);
--> statement-breakpoint
UPDATE findings f SET rank = threat_probability, reviews =
  (SELECT count(*) FROM determinations d WHERE d.tenant_id = f.tenant_id AND d.finding_id = f.id)
  + (SELECT count(*) FROM reopenings r WHERE r.tenant_id = f.tenant_id AND r.finding_id = f.id);
--> statement-breakpoint
SELECT set_config('bridgewatch.maintenance', '', true);
--> statement-breakpoint
DROP INDEX findings_by_rank;
--> statement-breakpoint
DROP INDEX findings_by_probability;
--> statement-breakpoint
CREATE INDEX findings_by_rank ON findings (tenant_id, status, rank DESC, id);
--> statement-breakpoint
CREATE INDEX findings_by_rank_of_all ON findings (tenant_id, rank DESC, id);
--> statement-breakpoint
CREATE TABLE blind_assignments (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  why text NOT NULL CHECK (why IN ('sample', 'shadow')),
  share double precision NOT NULL CHECK (share > 0 AND share <= 1),
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE review_tasks (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('second', 'audit', 'label', 'adjudication')),
  share double precision NOT NULL CHECK (share > 0 AND share <= 1),
  against text CHECK (against IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  excludes json NOT NULL,
  created_at bigint NOT NULL,
  due_at bigint NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'void')),
  done_by_id text,
  done_by_name text,
  verdict text CHECK (verdict IN ('threat', 'benign', 'false_positive', 'inconclusive')),
  reason text,
  note text,
  done_at bigint,
  blind boolean,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision),
  CHECK ((state = 'done') = (done_by_id IS NOT NULL AND done_by_name IS NOT NULL AND verdict IS NOT NULL
    AND reason IS NOT NULL AND note IS NOT NULL AND blind IS NOT NULL)),
  CHECK ((state = 'open') = (done_at IS NULL))
);
--> statement-breakpoint
CREATE INDEX review_tasks_by_due ON review_tasks (tenant_id, state, due_at);
--> statement-breakpoint
CREATE INDEX review_tasks_by_finding ON review_tasks (tenant_id, finding_id);
--> statement-breakpoint
CREATE TABLE review_disclosures (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  account_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, account_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE incidents (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  determination_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'contained', 'closed', 'withdrawn')),
  opened_at bigint NOT NULL,
  began_at bigint NOT NULL,
  contained_at bigint,
  closed_at bigint,
  closed_by_id text,
  closed_by_name text,
  root_cause text,
  should_have_fired text,
  withdrawn_at bigint,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id),
  FOREIGN KEY (tenant_id, determination_id) REFERENCES determinations (tenant_id, id),
  CHECK (state <> 'closed' OR (closed_at IS NOT NULL AND closed_by_id IS NOT NULL AND root_cause IS NOT NULL
    AND should_have_fired IS NOT NULL)),
  CHECK (state <> 'contained' OR contained_at IS NOT NULL),
  CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX one_live_incident ON incidents (tenant_id, finding_id) WHERE state IN ('open', 'contained');
--> statement-breakpoint
CREATE TABLE acknowledgements (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  account_id text NOT NULL,
  account_name text NOT NULL,
  at bigint NOT NULL,
  blind boolean NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, account_id, blind),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
-- The latest row says whose it is; work_order keeps two of one moment apart.
CREATE SEQUENCE work_order;
--> statement-breakpoint
CREATE TABLE finding_assignees (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  work_order bigint NOT NULL DEFAULT nextval('work_order'),
  assignee_id text,
  assignee_name text,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, finding_id, work_order),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id),
  CHECK ((assignee_id IS NULL) = (assignee_name IS NULL))
);
--> statement-breakpoint
CREATE TABLE finding_comments (
  tenant_id text NOT NULL,
  id text NOT NULL,
  finding_id text NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  comment text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX finding_comments_by_finding ON finding_comments (tenant_id, finding_id, at);
--> statement-breakpoint
CREATE TABLE finding_waits (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  work_order bigint NOT NULL DEFAULT nextval('work_order'),
  started_at bigint NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  why text NOT NULL,
  ended_at bigint CHECK (ended_at >= started_at),
  ended_by_id text,
  PRIMARY KEY (tenant_id, finding_id, work_order),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE UNIQUE INDEX one_running_wait ON finding_waits (tenant_id, finding_id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE TABLE finding_splits (
  tenant_id text NOT NULL,
  detection_id text NOT NULL,
  work_order bigint NOT NULL DEFAULT nextval('work_order'),
  from_id text NOT NULL,
  into_id text NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, detection_id, work_order),
  FOREIGN KEY (tenant_id, from_id) REFERENCES findings (tenant_id, id),
  FOREIGN KEY (tenant_id, into_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE shifts (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  account_id text NOT NULL,
  account_name text NOT NULL,
  duty text NOT NULL CHECK (duty IN ('on_call', 'escalation')),
  starts_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  contact text NOT NULL,
  withdrawn_at bigint,
  PRIMARY KEY (tenant_id, id),
  CHECK (ends_at > starts_at)
);
--> statement-breakpoint
CREATE TABLE pages (
  tenant_id text NOT NULL,
  finding_id text NOT NULL,
  step integer NOT NULL CHECK (step >= 0),
  account_id text NOT NULL,
  contact text NOT NULL,
  at bigint NOT NULL,
  sent_at bigint,
  tries integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, finding_id, step),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT ON
  blind_assignments, review_disclosures, acknowledgements, finding_assignees, finding_comments, finding_splits
  TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON review_tasks, incidents, finding_waits, shifts, pages TO bridgewatch_app;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE work_order TO bridgewatch_app;
