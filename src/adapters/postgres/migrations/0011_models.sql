-- Versions of what triage has learned, the verdicts it learned from, and what versions say beside the champion. Runs as the owner.

CREATE TABLE model_versions (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL CHECK (id ~ '^[0-9a-f]{64}$'),
  document json NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand_set', 'learned')),
  calibrated_on integer NOT NULL CHECK (calibrated_on >= 0),
  measured json,
  made_at bigint NOT NULL,
  -- Null: the system, at the start.
  made_by_id text,
  made_by_name text,
  note text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK ((origin = 'hand_set') = (made_by_id IS NULL))
);
--> statement-breakpoint
-- The last one names the champion. Only the first, which puts the hand-set weights there, is nobody's.
CREATE TABLE model_promotions (
  tenant_id text NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  from_id text,
  to_id text NOT NULL,
  reason text NOT NULL,
  by_id text,
  by_name text,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, to_id) REFERENCES model_versions (tenant_id, id),
  FOREIGN KEY (tenant_id, from_id) REFERENCES model_versions (tenant_id, id),
  CHECK ((seq = 1) = (by_id IS NULL)),
  CHECK ((seq = 1) = (from_id IS NULL))
);
--> statement-breakpoint
CREATE TABLE model_challengers (
  tenant_id text PRIMARY KEY REFERENCES tenants,
  document json NOT NULL,
  learned_at bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE model_examples (
  tenant_id text NOT NULL,
  determination_id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  at bigint NOT NULL,
  analyst_id text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('threat', 'benign', 'false_positive')),
  -- Null: a threat that people found, which the AI had not shown.
  features json,
  weight double precision NOT NULL CHECK (weight > 0),
  superseded_at bigint,
  PRIMARY KEY (tenant_id, determination_id),
  FOREIGN KEY (tenant_id, determination_id) REFERENCES determinations (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX model_examples_in_force ON model_examples (tenant_id, at DESC) WHERE superseded_at IS NULL;
--> statement-breakpoint
CREATE INDEX model_examples_of_finding ON model_examples (tenant_id, finding_id) WHERE superseded_at IS NULL;
--> statement-breakpoint
CREATE TABLE model_lessons (
  tenant_id text NOT NULL,
  determination_id text NOT NULL,
  document json NOT NULL,
  PRIMARY KEY (tenant_id, determination_id),
  FOREIGN KEY (tenant_id, determination_id) REFERENCES determinations (tenant_id, id)
);
--> statement-breakpoint
CREATE TABLE model_scores (
  tenant_id text NOT NULL,
  version_id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  probability double precision NOT NULL,
  champion_id text NOT NULL,
  champion_probability double precision NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, version_id, finding_id, revision),
  FOREIGN KEY (tenant_id, version_id) REFERENCES model_versions (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX model_scores_newest ON model_scores (tenant_id, version_id, at DESC);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
-- A version, a promotion and a score are what they were. An example only ceases to hold.
GRANT SELECT, INSERT ON model_versions, model_promotions, model_examples, model_lessons, model_scores TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (superseded_at) ON model_examples TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON model_challengers TO bridgewatch_app;
