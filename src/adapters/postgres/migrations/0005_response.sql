-- Response: actions, every plan they had, who approved which plan, and what happened while they were carried out. Runs as the owner.
CREATE TABLE actions (
  tenant_id text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  finding_id text NOT NULL,
  revision integer NOT NULL,
  kind text NOT NULL,
  target_kind text NOT NULL,
  target_value text NOT NULL,
  parameters json NOT NULL,
  why text NOT NULL,
  state text NOT NULL
    CHECK (state IN ('proposed', 'approved', 'denied', 'expired', 'executing', 'verified', 'failed', 'undone')),
  phase text NOT NULL CHECK (phase IN ('do', 'undo')),
  reason text NOT NULL,
  plan_number integer NOT NULL CHECK (plan_number > 0),
  impact text NOT NULL CHECK (impact IN ('low', 'medium', 'high')),
  reversible boolean NOT NULL,
  approvals_needed integer NOT NULL CHECK (approvals_needed IN (1, 2)),
  asked text CHECK (asked = 'customer'),
  proposed_by_kind text NOT NULL CHECK (proposed_by_kind IN ('human', 'ai')),
  proposed_by_id text NOT NULL,
  proposed_by_name text NOT NULL,
  -- Who cleared the plan in force; the rows of action_approvals say so, and the references below hold it.
  approved_by text,
  approved_also_by text,
  customer_approved_by text,
  grant_id text,
  class_key text,
  signer_id text,
  signer_name text,
  proposed_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  approved_at bigint,
  started_at bigint,
  verified_at bigint,
  undone_at bigint,
  updated_at bigint NOT NULL,
  step text NOT NULL CHECK (step IN ('ready', 'begun', 'done')),
  attempt integer NOT NULL,
  checks integer NOT NULL,
  next_at bigint,
  leased_by text,
  lease_until bigint,
  notice_at bigint,
  notice_tries integer NOT NULL DEFAULT 0,
  receipt json,
  check_outcome text CHECK (check_outcome IN ('yes', 'no', 'unknown')),
  check_saw text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, finding_id, revision) REFERENCES finding_revisions (tenant_id, finding_id, revision),
  -- Nothing is done, or being done, without a person who approved exactly this plan or one who signed the grant.
  CONSTRAINT actions_cleared CHECK (
    state IN ('proposed', 'denied', 'expired') OR grant_id IS NOT NULL OR approved_by IS NOT NULL),
  CONSTRAINT actions_two_people CHECK (
    approved_by IS NULL OR approvals_needed < 2
    OR (approved_also_by IS NOT NULL AND approved_also_by <> approved_by
        AND proposed_by_id NOT IN (approved_by, approved_also_by))),
  CONSTRAINT actions_customer_asked CHECK (asked IS NULL OR approved_by IS NULL OR customer_approved_by IS NOT NULL),
  -- Whatever its record, a grant reaches no further than what is small and can be taken back.
  CONSTRAINT actions_grant_bounded CHECK (
    grant_id IS NULL
    OR (impact = 'low' AND reversible AND asked IS NULL AND signer_id IS NOT NULL AND class_key IS NOT NULL)),
  CONSTRAINT actions_undo_phase CHECK (phase = 'do' OR (reversible AND state IN ('executing', 'failed', 'undone')))
);
--> statement-breakpoint
CREATE UNIQUE INDEX actions_open ON actions (tenant_id, finding_id, kind, target_kind, target_value)
  WHERE state IN ('proposed', 'approved', 'executing');
--> statement-breakpoint
CREATE INDEX actions_due ON actions (next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX actions_waiting ON actions (expires_at) WHERE state IN ('proposed', 'approved');
--> statement-breakpoint
CREATE INDEX actions_notices ON actions (notice_at) WHERE notice_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX actions_newest ON actions (tenant_id, proposed_at DESC, id);
--> statement-breakpoint
CREATE TABLE action_plans (
  tenant_id text NOT NULL,
  action_id text NOT NULL,
  plan_number integer NOT NULL,
  plan_hash text NOT NULL CHECK (length(plan_hash) = 64),
  plan json NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, action_id, plan_number),
  UNIQUE (tenant_id, action_id, plan_number, plan_hash),
  FOREIGN KEY (tenant_id, action_id) REFERENCES actions (tenant_id, id)
);
--> statement-breakpoint
-- One yes a person and plan. It names the plan's hash, and the reference holds that the plan with this number has it.
CREATE TABLE action_approvals (
  tenant_id text NOT NULL,
  action_id text NOT NULL,
  plan_number integer NOT NULL,
  plan_hash text NOT NULL,
  account_id text NOT NULL,
  account_name text NOT NULL,
  speaks_for text NOT NULL CHECK (speaks_for IN ('provider', 'customer')),
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, action_id, plan_number, account_id),
  FOREIGN KEY (tenant_id, action_id, plan_number, plan_hash)
    REFERENCES action_plans (tenant_id, action_id, plan_number, plan_hash)
);
--> statement-breakpoint
-- Looked at when the transaction ends: an action and its plan need each other, and a restore loads one before the other.
ALTER TABLE actions
  ADD CONSTRAINT actions_plan_fkey FOREIGN KEY (tenant_id, id, plan_number)
    REFERENCES action_plans (tenant_id, action_id, plan_number) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT actions_approved_by_fkey FOREIGN KEY (tenant_id, id, plan_number, approved_by)
    REFERENCES action_approvals (tenant_id, action_id, plan_number, account_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT actions_approved_also_by_fkey FOREIGN KEY (tenant_id, id, plan_number, approved_also_by)
    REFERENCES action_approvals (tenant_id, action_id, plan_number, account_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT actions_customer_approved_by_fkey FOREIGN KEY (tenant_id, id, plan_number, customer_approved_by)
    REFERENCES action_approvals (tenant_id, action_id, plan_number, account_id) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
CREATE TABLE action_notes (
  tenant_id text NOT NULL,
  action_id text NOT NULL,
  number integer NOT NULL,
  phase text NOT NULL CHECK (phase IN ('do', 'undo')),
  attempt integer NOT NULL,
  event text NOT NULL CHECK (event IN ('intent', 'receipt', 'error', 'check')),
  detail json NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant_id, action_id, number),
  FOREIGN KEY (tenant_id, action_id) REFERENCES actions (tenant_id, id)
);
--> statement-breakpoint
SELECT bind_tenant_tables();
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON actions TO bridgewatch_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON action_plans, action_approvals, action_notes TO bridgewatch_app;
