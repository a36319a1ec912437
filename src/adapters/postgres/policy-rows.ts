import { and, eq, gt, isNull, or } from 'drizzle-orm';
import { FactBody } from '../../contracts/context.ts';
import { Policy } from '../../contracts/policy.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { contextFacts, tenantPolicies } from './schema.ts';

/** How a tenant works. Revision 0 is the policy of defaults that nobody has set. */
export function policyRows(queries: Queries, changed: NoteChange): StateTx['policy'] {
  const get: StateTx['policy']['get'] = async (tenant) => {
    const [row] = await queries.select().from(tenantPolicies).where(eq(tenantPolicies.tenantId, tenant));
    return { policy: Policy.parse(row?.policy ?? {}), revision: row?.revision ?? 0 };
  };
  return {
    get,
    async put(tenant, policy, expectedRevision, at) {
      const row = { tenantId: tenant, policy, revision: expectedRevision + 1, updatedAt: at };
      const written = await queries
        .insert(tenantPolicies)
        .values(row)
        .onConflictDoUpdate({
          target: tenantPolicies.tenantId,
          set: row,
          setWhere: eq(tenantPolicies.revision, expectedRevision),
        })
        .returning({ revision: tenantPolicies.revision });
      if (written.length === 0) {
        const { revision } = await get(tenant);
        throw new BridgewatchError(
          'POLICY_REVISION_STALE',
          `the policy is at revision ${revision}, not ${expectedRevision}; read it again before you change it`,
          412,
        );
      }
      changed(tenant, 'policy', tenant);
    },
  };
}

/** What people know about entities. A fact that is withdrawn or past its end is kept and no longer told. */
export function contextRows(queries: Queries, changed: NoteChange): StateTx['context'] {
  return {
    async add({ id, tenant, entity, body, text, owner, by, at, until }) {
      await queries.insert(contextFacts).values({
        tenantId: tenant,
        id,
        entityKind: entity.kind,
        entityValue: entity.value,
        kind: body.kind,
        body,
        owner,
        fact: text,
        byId: by.id,
        byName: by.name,
        at,
        until,
        withdrawnAt: null,
      });
      changed(tenant, 'context', id);
    },
    async withdraw(tenant, id, at) {
      const gone = await queries
        .update(contextFacts)
        .set({ withdrawnAt: at })
        .where(and(eq(contextFacts.tenantId, tenant), eq(contextFacts.id, id), isNull(contextFacts.withdrawnAt)))
        .returning({ id: contextFacts.id });
      changed(tenant, 'context', id);
      return gone.length === 1;
    },
    async holding(tenant, now, entities) {
      if (entities?.length === 0) return [];
      const about =
        entities === undefined
          ? undefined
          : or(
              ...entities.map(({ kind, value }) =>
                and(eq(contextFacts.entityKind, kind), eq(contextFacts.entityValue, value)),
              ),
            );
      const rows = await queries
        .select()
        .from(contextFacts)
        .where(
          and(
            eq(contextFacts.tenantId, tenant),
            isNull(contextFacts.withdrawnAt),
            or(isNull(contextFacts.until), gt(contextFacts.until, now)),
            about,
          ),
        )
        .orderBy(contextFacts.at, contextFacts.id)
        .limit(1000);
      return rows.map(
        ({ id, tenantId, entityKind, entityValue, body, fact, owner, byId, byName, at, until, withdrawnAt }) => ({
          id,
          tenant: tenantId,
          entity: { kind: entityKind, value: entityValue },
          body: FactBody.parse(body),
          text: fact,
          owner,
          by: { id: byId, name: byName },
          at,
          until,
          withdrawnAt,
        }),
      );
    },
  };
}
