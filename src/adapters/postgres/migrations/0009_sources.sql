-- Sources of telemetry and the tokens they send with. Runs as the owner.

-- A source ends and stays: its id is part of the ids of its events, and no other feed may take it over.
CREATE TABLE sources (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  door text NOT NULL CHECK (door IN ('bulk', 'hec', 'otlp', 'syslog', 'file', 'nats')),
  peers json NOT NULL,
  fingerprints json NOT NULL,
  created_at bigint NOT NULL,
  created_by_id text NOT NULL,
  ended_at bigint,
  revision integer NOT NULL CHECK (revision > 0),
  PRIMARY KEY (tenant_id, id)
);
--> statement-breakpoint
-- hash is the SHA-256 of the token, which is nowhere. A hash is unique across tenants: a token is of one source.
CREATE TABLE source_tokens (
  tenant_id text NOT NULL,
  source_id text NOT NULL,
  id text NOT NULL,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  prefix text NOT NULL,
  created_at bigint NOT NULL,
  created_by_id text NOT NULL,
  ended_at bigint,
  PRIMARY KEY (tenant_id, source_id, id),
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id)
);
--> statement-breakpoint
-- Doors read what holds every few seconds; what has ended must not slow that down.
CREATE INDEX source_tokens_that_hold ON source_tokens (tenant_id, source_id) WHERE ended_at IS NULL;
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
-- What a source is to the ids of events never changes; a token only ends.
GRANT SELECT, INSERT ON sources, source_tokens TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (name, peers, fingerprints, ended_at, revision) ON sources TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (ended_at) ON source_tokens TO bridgewatch_app;
