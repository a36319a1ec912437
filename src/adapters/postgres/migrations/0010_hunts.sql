-- Saved hunts and their runs. Runs as the owner.

CREATE TABLE hunts (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  hypothesis text NOT NULL,
  search text,
  sql text,
  hours integer NOT NULL CHECK (hours BETWEEN 1 AND 8784),
  schedule json NOT NULL,
  created_by_id text NOT NULL,
  owner_id text NOT NULL,
  created_at bigint NOT NULL,
  ended_at bigint,
  due_at bigint,
  lease_until bigint,
  revision integer NOT NULL CHECK (revision > 0),
  PRIMARY KEY (tenant_id, id),
  CHECK ((search IS NULL) <> (sql IS NULL))
);
--> statement-breakpoint
CREATE INDEX hunts_due ON hunts (due_at) WHERE due_at IS NOT NULL AND ended_at IS NULL;
--> statement-breakpoint
CREATE TABLE hunt_runs (
  tenant_id text NOT NULL,
  hunt_id text NOT NULL,
  id text NOT NULL,
  -- Null: its schedule.
  by_id text,
  started_at bigint NOT NULL,
  milliseconds integer NOT NULL,
  from_at bigint NOT NULL,
  to_at bigint NOT NULL,
  received_to bigint NOT NULL,
  found bigint,
  fresh bigint,
  events json NOT NULL,
  error text,
  conclusion text,
  concluded_by_id text,
  concluded_at bigint,
  PRIMARY KEY (tenant_id, hunt_id, id),
  FOREIGN KEY (tenant_id, hunt_id) REFERENCES hunts (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX hunt_runs_newest ON hunt_runs (tenant_id, hunt_id, started_at DESC, id DESC);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
-- A run is what it was; a person adds what they made of it.
GRANT SELECT, INSERT ON hunts, hunt_runs TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (name, hypothesis, search, sql, hours, schedule, owner_id, ended_at, due_at, lease_until, revision) ON hunts TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (conclusion, concluded_by_id, concluded_at) ON hunt_runs TO bridgewatch_app;
