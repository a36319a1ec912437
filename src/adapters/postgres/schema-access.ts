import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Role } from '../../contracts/tenant.ts';

/** Providers, who works for them, and API tokens. All stand outside tenants. Times are epoch ms of the product's clock. */
const moment = (name: string) => bigint(name, { mode: 'number' });

export const providers = pgTable('providers', {
  providerId: text('provider_id').primaryKey(),
  name: text('name').notNull(),
});

export const providerMembers = pgTable(
  'provider_members',
  {
    providerId: text('provider_id').notNull(),
    accountId: text('account_id').notNull(),
    role: text('role').$type<Exclude<Role, 'customer'>>().notNull(),
    removedAt: moment('removed_at'),
  },
  (t) => [primaryKey({ columns: [t.providerId, t.accountId] })],
);

export const apiTokens = pgTable('api_tokens', {
  id: text('id').primaryKey(),
  hash: text('hash').notNull().unique(),
  prefix: text('prefix').notNull(),
  accountId: text('account_id').notNull(),
  name: text('name').notNull(),
  scopes: text('scopes').array().notNull(),
  onlyTenant: text('only_tenant'),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  revokedAt: moment('revoked_at'),
  lastUsedAt: moment('last_used_at'),
});
