-- Tuning proposals, and the detections their filters set aside or counted. Runs as the owner.

CREATE TABLE tuning_proposals (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  rule_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('shadow', 'accepted', 'declined', 'lifted')),
  proposed_at bigint NOT NULL,
  expires_at bigint,
  document json NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  PRIMARY KEY (tenant_id, id),
  -- Nothing hides without an end.
  CHECK (state <> 'accepted' OR expires_at IS NOT NULL)
);
--> statement-breakpoint
CREATE INDEX tuning_proposals_newest ON tuning_proposals (tenant_id, proposed_at DESC, id DESC);
--> statement-breakpoint
CREATE TABLE tuning_set_aside (
  tenant_id text NOT NULL,
  proposal_id text NOT NULL,
  detection_id text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('shadow', 'suppressed')),
  at bigint NOT NULL,
  seen_at bigint NOT NULL,
  events json NOT NULL,
  host text,
  sequence bigint NOT NULL,
  PRIMARY KEY (tenant_id, proposal_id, detection_id, mode),
  FOREIGN KEY (tenant_id, proposal_id) REFERENCES tuning_proposals (tenant_id, id)
);
--> statement-breakpoint
CREATE INDEX tuning_set_aside_detection ON tuning_set_aside (tenant_id, detection_id);
--> statement-breakpoint
CREATE INDEX tuning_set_aside_newest ON tuning_set_aside (tenant_id, proposal_id, seen_at DESC, detection_id DESC);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
-- What was set aside stays on record.
GRANT SELECT, INSERT ON tuning_proposals, tuning_set_aside TO bridgewatch_app;
--> statement-breakpoint
GRANT UPDATE (state, expires_at, document, revision) ON tuning_proposals TO bridgewatch_app;
