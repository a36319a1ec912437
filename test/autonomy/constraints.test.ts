import { beforeAll, describe, expect, it } from 'vitest';
import { onEveryStore } from '../store-backends.ts';
import { finding, stored } from '../store-rows.ts';
import { autonomyClass, closureLike, grantLike } from '../store-rows-autonomy.ts';

/** What no code may forget is held by the database: each is tried in SQL, as the application and around it. */
onEveryStore('constraints of autonomy', ({ room, newTenant, asApp }) => {
  let tenant: string;
  beforeAll(async () => {
    tenant = await newTenant();
    await room().store.withTenants([tenant], async (tx) => {
      await tx.findings.put(stored(finding(tenant, 'f1')));
      await tx.findings.put(stored(finding(tenant, 'f2')));
      await tx.autonomy.addGrant(grantLike(tenant));
      await tx.autonomy.putClass(autonomyClass(tenant, { level: 4, grant: 'g1' }));
      await tx.autonomy.addClosure(closureLike(tenant));
    });
  });

  const refuses = (query: string, constraint: string) =>
    expect(asApp(tenant, query), query).rejects.toMatchObject({ cause: { constraint } });
  const denied = (query: string) =>
    expect(asApp(tenant, query), query).rejects.toMatchObject({ cause: { code: '42501' } });
  const classes = (set: string) => `UPDATE autonomy_classes SET ${set} WHERE tenant_id = '${tenant}'`;
  const insertClass = (
    does: string,
    what: string,
    level: number,
    impact: string,
    reversible: boolean,
    grant: string | null,
  ) =>
    `INSERT INTO autonomy_classes VALUES ('${tenant}', 'impact/${does}:${what}', 'impact', '${does}', '${what}', ${level}, '${impact}',
      ${reversible}, 1, 1, '{}', ${grant === null ? 'NULL, NULL' : `'${grant}', true`}, 0, 1)`;

  describe('levels', () => {
    it('above 2 need low impact and an undo, whatever the record', async () => {
      await refuses(insertClass('act', 'x', 3, 'high', true, 'g1'), 'classes_high_or_irreversible_stops_at_2');
      await refuses(insertClass('act', 'x', 4, 'medium', true, 'g1'), 'classes_high_or_irreversible_stops_at_2');
      await refuses(insertClass('act', 'x', 3, 'low', false, 'g1'), 'classes_high_or_irreversible_stops_at_2');
      const values = (level: number, impact: string, reversible: boolean) =>
        `INSERT INTO autonomy_grants SELECT tenant_id, 'g9', 'other', epoch, ${level}, '${impact}', ${reversible}, versions, coverage, figures,
           requirements, signed_by_id, signed_by_name, signed_at, expires_at, active, ended_at, ended_why FROM autonomy_grants WHERE id = 'g1'`;
      await refuses(values(3, 'high', true), 'grants_high_or_irreversible_stops_at_2');
      await refuses(values(4, 'low', false), 'grants_high_or_irreversible_stops_at_2');
      await asApp(tenant, values(2, 'high', false));
    });

    it('from 2 up need a grant, active, of this class and this level', async () => {
      await refuses(classes('grant_id = NULL, grant_active = NULL'), 'classes_level_needs_grant');
      await refuses(insertClass('close', 'benign', 4, 'low', true, null), 'classes_level_needs_grant');
      for (const query of [classes('level = 3'), insertClass('close', 'benign', 4, 'low', true, 'g1')])
        await refuses(query, 'autonomy_classes_tenant_id_grant_id_key_level_grant_active_fkey');
      await refuses(
        `UPDATE autonomy_grants SET active = false, ended_at = 5, ended_why = 'over' WHERE tenant_id = '${tenant}'`,
        'autonomy_classes_tenant_id_grant_id_key_level_grant_active_fkey',
      );
      // Pointing past the reference does not help: the flag is true or the row is not.
      await refuses(classes('grant_active = false'), 'autonomy_classes_grant_active_check');
      await refuses(classes('grant_active = NULL'), 'classes_grant_active');
    });

    it('close as benign and false positive only', async () => {
      await refuses(insertClass('close', 'threat', 1, 'low', true, null), 'classes_close_benign_only');
      await refuses(insertClass('close', 'inconclusive', 1, 'low', true, null), 'classes_close_benign_only');
    });

    it('go up only with a name', async () => {
      const change = (from: number, to: number, by: string) =>
        `INSERT INTO autonomy_changes VALUES ('${tenant}', 'credential-access/close:benign', 9, ${from}, ${to}, 1, 'raised', '', ${by}, ${by}, 1)`;
      await refuses(change(1, 2, 'NULL'), 'changes_up_have_a_name');
      await asApp(tenant, change(2, 1, 'NULL'));
      await asApp(tenant, change(1, 2, `'lee'`));
    });
  });

  describe('a grant', () => {
    it('is never changed, only ended, and for good', async () => {
      for (const set of [
        'level = 3',
        `signed_by_id = 'eve'`,
        'expires_at = expires_at + 1',
        `coverage = '{}'`,
        `figures = '{}'`,
      ])
        await denied(`UPDATE autonomy_grants SET ${set}`);
      await denied('DELETE FROM autonomy_grants');
      await room().store.withTenants([tenant], async (tx) => {
        await tx.autonomy.addGrant(grantLike(tenant, { id: 'g2', key: 'discovery/close:benign' }));
        await tx.autonomy.endGrant(tenant, 'g2', 9, 'over');
        await expect(tx.autonomy.endGrant(tenant, 'g2', 9, 'again')).rejects.toMatchObject({
          code: 'AUTONOMY_GRANT_ENDED',
        });
      });
      await refuses(
        `UPDATE autonomy_grants SET active = true, ended_at = NULL, ended_why = NULL WHERE id = 'g2'`,
        'grant_end_is_for_good',
      );
    });

    it('lasts at most 90 days, one at a time for a class', async () => {
      const add = (id: string, part: object) =>
        room().store.withTenants([tenant], (tx) => tx.autonomy.addGrant(grantLike(tenant, { id, ...part })));
      const day = 86_400_000;
      await expect(add('long', { key: 'x', expiresAt: 1 + 90 * day + 1 })).rejects.toMatchObject({
        cause: { constraint: 'grants_expire_in_90_days' },
      });
      await add('ninety', { key: 'x', expiresAt: 1 + 90 * day });
      await expect(add('second', { key: 'x' })).rejects.toMatchObject({
        cause: { constraint: 'one_active_grant_a_class' },
      });
    });
  });

  describe('a closure', () => {
    const insert = (
      set: Partial<
        Record<'level' | 'disposition' | 'state' | 'closed' | 'opened' | 'window' | 'approved' | 'grant', string>
      >,
    ) =>
      `INSERT INTO closures (tenant_id, id, finding_id, revision, key, grant_id, level, signed_by_id, signed_by_name, disposition, state, at,
         opened_by_id, window_ends_at, approved_by_id, closed_at, share, sampled)
       VALUES ('${tenant}', 'c9', 'f2', 1, 'credential-access/close:benign', '${set.grant ?? 'g1'}', ${set.level ?? 4}, 'lee', 'Lee',
         '${set.disposition ?? 'benign'}', '${set.state ?? 'closed'}', 1, ${set.opened ?? 'NULL'}, ${set.window ?? 'NULL'},
         ${set.approved ?? 'NULL'}, ${set.closed ?? '5'}, 1, false)`;

    it('is never a threat, nor inconclusive', async () => {
      await refuses(insert({ disposition: 'threat' }), 'closures_disposition_check');
      await refuses(insert({ disposition: 'inconclusive' }), 'closures_disposition_check');
      await asApp(tenant, insert({}));
    });

    it('stands on an active grant of its level', async () => {
      await refuses(insert({ level: '3', state: 'waiting', closed: 'NULL' }), 'closure_needs_active_grant');
      await refuses(insert({ grant: 'g2' }), 'closure_needs_active_grant');
    });

    it('below level 4 has somebody who said yes, or opened the notice and let its window pass', async () => {
      const other = await newTenant();
      await room().store.withTenants([other], async (tx) => {
        await tx.findings.put(stored(finding(other, 'f2')));
        await tx.autonomy.addGrant(grantLike(other, { level: 3 }));
      });
      const there = (set: Parameters<typeof insert>[0]) => insert({ level: '3', ...set }).replaceAll(tenant, other);
      const silent = expect.objectContaining({ constraint: 'closures_silence_is_no_yes' });
      for (const set of [{}, { window: '4' }, { opened: `'ana'` }, { opened: `'ana'`, window: '6' }])
        await expect(asApp(other, there(set)), JSON.stringify(set)).rejects.toMatchObject({ cause: silent });
      for (const set of [{ approved: `'ana'` }, { opened: `'ana'`, window: '5' }]) await asApp(other, there(set));
    });

    it('keeps what it is about', async () => {
      for (const set of [
        `disposition = 'false_positive'`,
        `finding_id = 'f2'`,
        `signed_by_id = 'eve'`,
        'share = 0.5',
        'level = 2',
      ])
        await denied(`UPDATE closures SET ${set}`);
      await refuses(`UPDATE closures SET review_task = NULL WHERE id = 'cl1'`, 'closures_sampled_are_reviewed');
    });
  });

  it('the switch is lifted by somebody, and tells a tenant nothing of another', async () => {
    const other = await newTenant();
    const stopped = (of: string, visible: string) =>
      asApp(visible, `SELECT automation_stopped('${of}', 'k') AS stopped`);
    expect(await stopped(tenant, tenant)).toEqual([{ stopped: false }]);
    // Of what is not visible the answer is always yes, whatever stands.
    expect(await stopped(tenant, other)).toEqual([{ stopped: true }]);
    const stop = {
      tenant,
      id: 's1',
      scope: 'class',
      classKey: 'k',
      via: 'console',
      viaTenant: tenant,
      why: '',
      by: { id: 'ana', name: 'Ana' },
      at: 1,
      liftedAt: null,
      liftedBy: null,
    } as const;
    await room().store.withTenants([tenant], (tx) => tx.autonomy.addStop(stop));
    expect(await stopped(tenant, tenant)).toEqual([{ stopped: true }]);
    expect(await asApp(tenant, `SELECT automation_stopped('${tenant}', 'l') AS stopped`)).toEqual([{ stopped: false }]);
    await refuses(`UPDATE automation_stops SET lifted_at = 5`, 'stops_are_lifted_by_somebody');
    await denied(`UPDATE automation_stops SET scope = 'tenant'`);
    await room().store.withTenants(['system'], (tx) =>
      tx.autonomy.addStop({ ...stop, tenant: 'system', id: 's2', scope: 'everything', classKey: null }),
    );
    expect(await stopped(other, other)).toEqual([{ stopped: true }]);
    // Seen by nobody who was not opened for it.
    expect(await asApp(other, 'SELECT * FROM automation_stops')).toEqual([]);
  });
});
