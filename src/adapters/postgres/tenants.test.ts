import { expect, it } from 'vitest';
import { code, onEveryStore } from '../../../test/store-backends.ts';
import { fillEveryTable, finding, note, stored } from '../../../test/store-rows.ts';
import { withClient } from './connection.ts';
import { recordEarlierTenants } from './tenant-creation.ts';

/** Tables that belong to no tenant, and why: people may belong to several. */
const outsideTenants = [
  'account',
  'api_tokens',
  'passkey',
  'provider_members',
  'providers',
  'session',
  'two_factor',
  'user',
  'verification',
];
const appendOnly = [
  'autonomy_cases',
  'autonomy_changes',
  'autonomy_labels',
  'autonomy_labels_asked',
  'autonomy_steps',
  'considerations',
  'action_approvals',
  'action_notes',
  'action_plans',
  'acknowledgements',
  'blind_assignments',
  'determinations',
  'evidence_events',
  'finding_assignees',
  'finding_comments',
  'finding_splits',
  'finding_aliases',
  'finding_revisions',
  'idempotency_keys',
  'ledger_checkpoints',
  'ledger_entries',
  'ledger_payloads',
  'reopenings',
  'review_disclosures',
  'tenants',
];

onEveryStore('tenants', ({ room, newTenant, asApp, asOwner, ownerIsBound }) => {
  const tables = async (withTenant: boolean): Promise<string[]> => {
    const rows = await asOwner<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables t WHERE table_schema = 'public' AND $1 = EXISTS (
         SELECT FROM information_schema.columns c
         WHERE c.table_schema = 'public' AND c.table_name = t.table_name AND column_name = 'tenant_id') ORDER BY 1`,
      [withTenant],
    );
    return rows.map((row) => row.name);
  };

  it('has every public table under a tenant or on the list of those that are not', async () => {
    expect(await tables(false)).toEqual(outsideTenants);
    const bound = await asOwner<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
         AND relrowsecurity AND relforcerowsecurity ORDER BY 1`,
    );
    expect(bound.map((row) => row.name)).toEqual(await tables(true));
  });

  it('runs as a role that security binds, and that owns nothing', async () => {
    const [row] = await asApp(
      null,
      `SELECT rolsuper, rolbypassrls, rolcreaterole, (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owns,
         pg_has_role(current_user, 'bridgewatch_app', 'MEMBER') AS app FROM pg_roles r WHERE rolname = current_user`,
    );
    expect(row).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, owns: 0, app: true });
  });

  it('shows tenant A nothing of tenant B in any table, whatever the query forgets', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    for (const tenant of [a, b]) {
      await room().store.addMember(tenant, 'ann', 'analyst');
      await room().store.withTenants([tenant], (tx) => fillEveryTable(tx, tenant));
      await room().store.checkpoint(tenant);
    }
    for (const table of await tables(true)) {
      const there = await asOwner<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table}`);
      expect(
        there.map((row) => row.tenant_id),
        table,
      ).toEqual(expect.arrayContaining([a, b]));
      const seen = await asApp(a, `SELECT DISTINCT tenant_id FROM ${table}`);
      expect(seen, table).toEqual([{ tenant_id: a }]);
      expect(await asApp(null, `SELECT * FROM ${table}`), table).toEqual([]);
      expect(await asApp('', `SELECT * FROM ${table}`), table).toEqual([]);
    }
  });

  if (ownerIsBound)
    it('shows an owner who is no superuser nothing either, until it says that it means every tenant', async () => {
      const a = await newTenant();
      await room().store.withTenants([a], (tx) => fillEveryTable(tx, a));
      for (const table of await tables(true)) {
        const { rowCount } = await withClient(room().owner, 'test', (client) => client.query(`SELECT FROM ${table}`));
        expect(rowCount, table).toBe(0);
      }
    });

  it('does not let a transaction write for a tenant it was not opened for', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    const { store } = room();
    const foreign = [
      () => store.withTenants([a], (tx) => tx.findings.put(stored(finding(b, 'f')))),
      () => store.withTenants([a], (tx) => tx.ledger.append(b, note('f'))),
      () => store.withTenants([a], (tx) => tx.counters.add(b, { events: 1 })),
      () =>
        store.withTenants([a], (tx) =>
          tx.evidence.put(b, [{ id: 'e', time: 1, lens: 'x', file: '-', line: 1, raw: '' }]),
        ),
    ];
    for (const attempt of foreign) await expect(attempt()).rejects.toThrow(code('STATE_TENANT_NOT_VISIBLE'));
    expect(await store.withTenants([b], (tx) => tx.findings.counts(b))).toEqual({ open: 0, determined: 0, closed: 0 });
  });

  it('cannot be talked into another tenant by a tenant id', async () => {
    const b = await newTenant();
    for (const id of [`x,${b}`, '', ' ', '*', `${b}'`, 'a\0b', 'x'.repeat(65)]) {
      await expect(room().store.withTenants([id], async () => undefined)).rejects.toThrow(code('STATE_BAD_TENANT'));
    }
  });

  it('does not let the application change or remove what is append-only', async () => {
    const a = await newTenant();
    await room().store.withTenants([a], (tx) => fillEveryTable(tx, a));
    for (const table of appendOnly) {
      for (const change of [`UPDATE ${table} SET tenant_id = tenant_id`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
        await expect(asApp(a, change), change).rejects.toMatchObject({ cause: { code: '42501' } });
      }
    }
    for (const table of await tables(true)) {
      await expect(asApp(a, `DELETE FROM ${table}`), table).rejects.toMatchObject({ cause: { code: '42501' } });
    }
  });

  it('says which tenants an account belongs to, and no others', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    await room().store.addMember(a, 'mia', 'viewer');
    await room().store.addMember(a, 'mia', 'lead');
    await room().store.addMember(b, 'noah', 'administrator');
    expect(await room().store.memberships('mia')).toEqual([
      { tenant: { id: a, name: `Tenant ${a}` }, role: 'lead', via: null },
    ]);
    expect(await room().store.memberships('nobody')).toEqual([]);
    await expect(room().store.addMember('absent', 'mia', 'lead')).rejects.toThrow(code('STATE_UNKNOWN_TENANT'));
  });

  it('makes a tenant once', async () => {
    const a = await newTenant();
    await room().store.createTenant({ id: a, name: `Tenant ${a}` });
    await expect(room().store.createTenant({ id: a, name: 'Other' })).rejects.toThrow(code('STATE_TENANT_EXISTS'));
    await expect(room().store.createTenant({ id: 'system', name: 'x' })).rejects.toThrow(code('STATE_TENANT_EXISTS'));
    await Promise.all(Array.from({ length: 5 }, () => room().store.createTenant({ id: 'rush', name: 'Rush' })));
    for (const id of [a, 'rush']) {
      const entries = await room().store.withTenants(['system'], (tx) => tx.ledger.ofSubject('system', 'tenant', id));
      expect(entries.map(({ entry }) => entry.type)).toEqual(['tenant.created']);
    }
  });

  it('puts tenants on record that were made before that was done', async () => {
    await asOwner(`INSERT INTO tenants VALUES ('early', 'Early bird')`);
    await recordEarlierTenants(room().owner, room().clock);
    await recordEarlierTenants(room().owner, room().clock);
    const entries = await room().store.withTenants(['system'], (tx) =>
      tx.ledger.ofSubject('system', 'tenant', 'early'),
    );
    expect(entries.map(({ payload }) => payload)).toEqual([{ name: 'Early bird' }]);
  });
});
