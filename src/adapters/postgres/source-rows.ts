import { and, count, eq, isNull } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { SourceRows, SourceToken, StoredSource } from '../../ports/state/sources.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { sources, sourceTokens } from './schema-sources.ts';

const MOST_LISTED = 2000;

/** Sources of one transaction, and their tokens. */
export function sourceRows(queries: Queries, changed: NoteChange): SourceRows {
  const named = (tenant: string, id: string) => and(eq(sources.tenantId, tenant), eq(sources.id, id));
  const get: SourceRows['get'] = async (tenant, id, forUpdate = false) => {
    const query = queries.select().from(sources).where(named(tenant, id));
    const [row] = await (forUpdate ? query.for('update') : query);
    return row === undefined ? null : sourceFrom(row);
  };
  return {
    ...tokenRows(queries, changed),
    get,
    async add({ tenant, createdBy, ...source }) {
      const added = await queries
        .insert(sources)
        .values({ ...source, tenantId: tenant, createdById: createdBy })
        .onConflictDoNothing()
        .returning({ id: sources.id });
      if (added.length > 0) changed(tenant, 'source', source.id);
      return added.length > 0;
    },
    async list(tenant, ended) {
      const rows = await queries
        .select()
        .from(sources)
        .where(and(eq(sources.tenantId, tenant), ended ? undefined : isNull(sources.endedAt)))
        .orderBy(sources.id)
        .limit(MOST_LISTED);
      return rows.map(sourceFrom);
    },
    async countLive(tenant) {
      const [row] = await queries
        .select({ live: count() })
        .from(sources)
        .where(and(eq(sources.tenantId, tenant), isNull(sources.endedAt)));
      return row?.live ?? 0;
    },
    async put({ tenant, id, name, peers, fingerprints, endedAt, revision }) {
      const written = await queries
        .update(sources)
        .set({ name, peers, fingerprints, endedAt, revision })
        .where(and(named(tenant, id), eq(sources.revision, revision - 1)))
        .returning({ id: sources.id });
      if (written.length === 0) {
        const now = (await get(tenant, id))?.revision ?? 0;
        throw new BridgewatchError(
          'SOURCE_REVISION_STALE',
          `source ${id} is at revision ${now}, not ${revision - 1}; read it again before you change it`,
          412,
        );
      }
      changed(tenant, 'source', id);
    },
    async live() {
      const held = await queries
        .select()
        .from(sources)
        .where(isNull(sources.endedAt))
        .orderBy(sources.tenantId, sources.id);
      const tokens = await queries
        .select({ hash: sourceTokens.hash, tenant: sourceTokens.tenantId, source: sourceTokens.sourceId })
        .from(sourceTokens)
        .innerJoin(sources, and(eq(sources.tenantId, sourceTokens.tenantId), eq(sources.id, sourceTokens.sourceId)))
        .where(and(isNull(sourceTokens.endedAt), isNull(sources.endedAt)))
        .orderBy(sourceTokens.hash);
      return { sources: held.map(sourceFrom), tokens };
    },
  };
}

function tokenRows(queries: Queries, changed: NoteChange): Pick<SourceRows, 'addToken' | 'endToken' | 'tokens'> {
  return {
    async addToken({ tenant, source, createdBy, ...token }, hash) {
      await queries
        .insert(sourceTokens)
        .values({ ...token, tenantId: tenant, sourceId: source, createdById: createdBy, hash });
      changed(tenant, 'source', source);
    },
    async endToken(tenant, source, id, at) {
      const ended = await queries
        .update(sourceTokens)
        .set({ endedAt: at })
        .where(
          and(
            eq(sourceTokens.tenantId, tenant),
            eq(sourceTokens.sourceId, source),
            eq(sourceTokens.id, id),
            isNull(sourceTokens.endedAt),
          ),
        )
        .returning({ id: sourceTokens.id });
      if (ended.length > 0) changed(tenant, 'source', source);
      return ended.length > 0;
    },
    async tokens(tenant, source) {
      const rows = await queries
        .select()
        .from(sourceTokens)
        .where(
          and(
            eq(sourceTokens.tenantId, tenant),
            source === undefined ? undefined : eq(sourceTokens.sourceId, source),
            isNull(sourceTokens.endedAt),
          ),
        )
        .orderBy(sourceTokens.createdAt, sourceTokens.id);
      return rows.map(tokenFrom);
    },
  };
}

function sourceFrom({ tenantId, createdById, ...row }: typeof sources.$inferSelect): StoredSource {
  return { ...row, tenant: tenantId, createdBy: createdById };
}

function tokenFrom({
  tenantId,
  sourceId,
  createdById,
  hash: _hash,
  ...row
}: typeof sourceTokens.$inferSelect): SourceToken {
  return { ...row, tenant: tenantId, source: sourceId, createdBy: createdById };
}
