-- Signed checkpoints over the chains, and appending in one round trip. Runs as the owner.

-- checkpoint is the canonical JSON that is signed, signature is Ed25519 in base64, key_id the SHA-256 of the public key. tree holds
-- the subtree roots at that size (RFC 9162), so that the next checkpoint reads only what came after. What stands beside the signed
-- text is checked by ledger verify.
CREATE TABLE ledger_checkpoints (
  tenant_id text NOT NULL,
  size bigint NOT NULL,
  key_id text NOT NULL,
  checkpoint text NOT NULL,
  signature text NOT NULL,
  tree bytea NOT NULL,
  PRIMARY KEY (tenant_id, size, key_id)
);
--> statement-breakpoint
ALTER TABLE ledger_checkpoints ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE ledger_checkpoints FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY visible_tenants_only ON ledger_checkpoints
  USING (tenant_id = ANY (visible_tenants())) WITH CHECK (tenant_id = ANY (visible_tenants()));
--> statement-breakpoint
CREATE POLICY owner_maintenance ON ledger_checkpoints TO CURRENT_USER
  USING (current_setting('bridgewatch.maintenance', true) = 'on')
  WITH CHECK (current_setting('bridgewatch.maintenance', true) = 'on');
--> statement-breakpoint
GRANT SELECT, INSERT ON ledger_checkpoints TO bridgewatch_app;
--> statement-breakpoint
-- Puts an entry at the end of a chain: locks the head, writes prev and seq between the two halves of the canonical JSON, stores
-- entry, payload and head. Runs with the caller's rights, so that its policies hold. The caller computes the hash again.
CREATE FUNCTION ledger_append(
  of_tenant text, entry_start bytea, entry_end bytea, entry_payload bytea, of_kind text, of_id text,
  OUT before_seq bigint, OUT before_hash text, OUT new_hash text
)
  LANGUAGE plpgsql AS $$
DECLARE
  bytes bytea;
BEGIN
  SELECT seq, hash INTO before_seq, before_hash FROM ledger_heads WHERE tenant_id = of_tenant FOR UPDATE;
  IF NOT FOUND THEN
    -- Two first writers meet here: the second waits for the first's row and then reads what it left.
    INSERT INTO ledger_heads VALUES (of_tenant, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    SELECT seq, hash INTO STRICT before_seq, before_hash FROM ledger_heads WHERE tenant_id = of_tenant FOR UPDATE;
  END IF;
  bytes := entry_start || convert_to(before_hash || '","seq":' || before_seq + 1, 'UTF8') || entry_end;
  new_hash := encode(sha256(bytes), 'hex');
  INSERT INTO ledger_entries (tenant_id, seq, entry, hash, subject_kind, subject_id)
    VALUES (of_tenant, before_seq + 1, bytes, new_hash, of_kind, of_id);
  INSERT INTO ledger_payloads (tenant_id, seq, payload) VALUES (of_tenant, before_seq + 1, entry_payload);
  UPDATE ledger_heads SET seq = before_seq + 1, hash = new_hash WHERE tenant_id = of_tenant;
END $$;
