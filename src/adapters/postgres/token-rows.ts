import { and, desc, eq, isNull } from 'drizzle-orm';
import type { AccessRows, StoredToken } from '../../ports/state/access.ts';
import type { Queries } from './connection.ts';
import { apiTokens } from './schema-access.ts';

type TokenRows = Pick<AccessRows, 'addToken' | 'tokenOf' | 'tokensOf' | 'revokeToken' | 'noteTokenUse'>;

/** API tokens, of which nothing that opens anything is kept. */
export function tokenRows(queries: Queries): TokenRows {
  return {
    async addToken({ account, tenant, scopes, ...token }, hash) {
      await queries
        .insert(apiTokens)
        .values({ ...token, accountId: account, onlyTenant: tenant, scopes: [...scopes], hash });
    },
    async tokenOf(hash) {
      const [row] = await queries.select().from(apiTokens).where(eq(apiTokens.hash, hash));
      return row === undefined ? null : tokenFrom(row);
    },
    async tokensOf(account) {
      const rows = await queries
        .select()
        .from(apiTokens)
        .where(eq(apiTokens.accountId, account))
        .orderBy(desc(apiTokens.createdAt), apiTokens.id);
      return rows.map(tokenFrom);
    },
    async revokeToken(account, id, at) {
      const revoked = await queries
        .update(apiTokens)
        .set({ revokedAt: at })
        .where(and(eq(apiTokens.id, id), eq(apiTokens.accountId, account), isNull(apiTokens.revokedAt)))
        .returning({ id: apiTokens.id });
      return revoked.length > 0;
    },
    async noteTokenUse(id, at) {
      await queries.update(apiTokens).set({ lastUsedAt: at }).where(eq(apiTokens.id, id));
    },
  };
}

function tokenFrom({ accountId, onlyTenant, hash: _hash, ...token }: typeof apiTokens.$inferSelect): StoredToken {
  return { ...token, account: accountId, tenant: onlyTenant };
}
