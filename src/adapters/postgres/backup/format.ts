import { z } from 'zod';
import { BridgewatchError } from '../../../kernel/errors.ts';

/**
 * A backup is one gzip file of NDJSON lines:
 *
 *   1. the header, naming the format, the store's schema, and the tables in the order they follow;
 *   2. for each table, a line `{ table, columns: [{ name, type }] }`, then one line a row: an array with each value in
 *      PostgreSQL's text form, or null;
 *   3. the trailer: rows by table, and the SHA-256 of every byte before the trailer's line.
 */
export const FORMAT = 'bridgewatch-backup';

/** By area, so that each is kept beside what it belongs to. */
const accessTables = ['provider_members'] as const;
const reviewTables = [
  'blind_assignments',
  'review_tasks',
  'review_disclosures',
  'incidents',
  'acknowledgements',
  'finding_assignees',
  'finding_comments',
  'finding_waits',
  'finding_splits',
  'shifts',
  'pages',
] as const;
const autonomyTables = [
  'autonomy_grants',
  'autonomy_classes',
  'autonomy_changes',
  'autonomy_cases',
  'autonomy_labels',
  'autonomy_labels_asked',
  'autonomy_steps',
  'closures',
  'considerations',
  'canaries',
  'automation_stops',
] as const;
const responseTables = ['actions', 'action_plans', 'action_approvals', 'action_notes'] as const;
const secretTables = ['secrets', 'connectors'] as const;
/**
 * With the hashes of their tokens: they open nothing but a way to send, and after a restore every shipper of an estate would otherwise be
 * turned away. One ended since the backup holds again until it is ended again; docs/ingest.md says so.
 */
const sourceTables = ['sources', 'source_tokens'] as const;
const huntTables = ['hunts', 'hunt_runs'] as const;
const modelTables = [
  'model_versions',
  'model_promotions',
  'model_challengers',
  'model_examples',
  'model_lessons',
  'model_scores',
] as const;
const tuningTables = ['tuning_proposals', 'tuning_set_aside'] as const;

/** Parents before children, so that references hold while rows go in. */
export const backedUp = [
  'providers',
  'tenants',
  'memberships',
  'findings',
  'finding_revisions',
  'finding_aliases',
  'determinations',
  'reopenings',
  'evidence_events',
  'counters',
  'idempotency_keys',
  'ledger_entries',
  'ledger_payloads',
  'ledger_heads',
  'ledger_checkpoints',
  'tenant_policies',
  'context_facts',
  'below_the_line',
  'below_the_line_draws',
  ...accessTables,
  ...reviewTables,
  ...responseTables,
  ...autonomyTables,
  ...secretTables,
  ...sourceTables,
  ...huntTables,
  ...modelTables,
  ...tuningTables,
  'subject_keys',
  'user',
  'account',
  'two_factor',
  'passkey',
] as const;

/**
 * Keys that open the product by themselves have no place in a file that is kept, and one revoked since would open again:
 * after a restore, people sign in again and make new tokens.
 */
export const leftOut = ['session', 'verification', 'api_tokens'] as const;

export const Header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  schema: z.string(),
  createdAt: z.string(),
  tables: z.array(z.string()),
});
export type Header = z.infer<typeof Header>;

const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
export const TableLine = z.strictObject({
  table: name,
  columns: z.array(z.strictObject({ name, type: z.string().regex(/^[a-z][a-z0-9 ]{0,62}$/) })).min(1),
});
export type TableLine = z.infer<typeof TableLine>;

export const Row = z.array(z.string().nullable());
export type Row = z.infer<typeof Row>;

export const Trailer = z.strictObject({
  end: z.literal(true),
  rows: z.record(z.string(), z.number().int()),
  sha256: z.string().length(64),
});
export type Trailer = z.infer<typeof Trailer>;

/** No row comes near: events are limited to a few megabytes and double in hexadecimal. */
export const LONGEST_LINE = 128 * 1024 * 1024;

export function damaged(what: string, cause?: unknown): BridgewatchError {
  return new BridgewatchError(
    'BACKUP_DAMAGED',
    `The backup cannot be used: ${what}. Nothing was restored; try another copy`,
    400,
    { cause },
  );
}
