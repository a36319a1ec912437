import { bigint, customType, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** Keys of data subjects, as in `0007_erasure.sql`. */
export const subjectKeys = pgTable(
  'subject_keys',
  {
    tenantId: text('tenant_id').notNull(),
    keyId: text('key_id').notNull(),
    subject: text('subject').notNull(),
    /** Id of the key that wraps it. */
    wrappingKeyId: text('wrapping_key_id').notNull(),
    /** Null once destroyed. */
    wrapped: bytea('wrapped'),
    /** Epoch ms, UTC, from the product's clock. */
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    destroyedAt: bigint('destroyed_at', { mode: 'number' }),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.keyId] })],
);
