import { bigint, boolean, customType, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** Tables of secrets and of the connectors that use them; migrations/ makes them. */
export const secrets = pgTable(
  'secrets',
  {
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    nonce: bytea('nonce').notNull(),
    ciphertext: bytea('ciphertext').notNull(),
    keyId: text('key_id').notNull(),
    setById: text('set_by_id').notNull(),
    setAt: bigint('set_at', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.name] })],
);

export const connectors = pgTable(
  'connectors',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    type: text('type').notNull(),
    settings: json('settings').$type<Readonly<Record<string, unknown>>>().notNull(),
    kinds: json('kinds').$type<readonly string[]>().notNull(),
    enabled: boolean('enabled').notNull(),
    revision: integer('revision').notNull(),
    updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
