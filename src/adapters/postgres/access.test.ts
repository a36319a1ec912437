import { expect, it } from 'vitest';
import { code, onEveryStore } from '../../../test/store-backends.ts';
import type { Role } from '../../contracts/tenant.ts';
import { user } from './schema-auth.ts';

onEveryStore('access', ({ room, newTenant, asApp, asOwner }) => {
  let providers = 0;
  /** A provider that looks after these tenants. */
  async function providerOf(...tenants: string[]): Promise<string> {
    const id = `p${++providers}`;
    await room().store.withTenants(tenants, async (tx) => {
      await tx.access.addProvider({ id, name: `Provider ${id}` });
      for (const tenant of tenants) await tx.access.assignProvider(tenant, id);
    });
    return id;
  }
  const employ = (provider: string, account: string, role: Exclude<Role, 'customer'>) =>
    room().store.withTenants([], (tx) => tx.access.putProviderMember(provider, account, role));
  const reach = async (account: string) =>
    (await room().store.memberships(account)).map(({ tenant, role, via }) => [tenant.id, role, via]);

  it('gives people of a provider its tenants and no others, until they or the tenant leave', async () => {
    const [a, b, other] = [await newTenant(), await newTenant(), await newTenant()];
    const provider = await providerOf(a, b);
    await providerOf(other);
    await employ(provider, 'pia', 'analyst');
    expect(await reach('pia')).toEqual([
      [a, 'analyst', 'provider'],
      [b, 'analyst', 'provider'],
    ]);
    await room().store.withTenants([b], (tx) => tx.access.assignProvider(b, null));
    expect(await reach('pia')).toEqual([[a, 'analyst', 'provider']]);
    await room().store.withTenants([], (tx) => tx.access.removeProviderMember(provider, 'pia', 1));
    expect(await reach('pia')).toEqual([]);
  });

  it.each<[Role, Exclude<Role, 'customer'>, Role, 'provider' | null]>([
    ['viewer', 'analyst', 'analyst', 'provider'],
    ['administrator', 'analyst', 'administrator', null],
    ['analyst', 'analyst', 'analyst', null],
    ['customer', 'viewer', 'viewer', 'provider'],
    ['lead', 'administrator', 'administrator', 'provider'],
  ])('of %s by oneself and %s through a provider, %s holds', async (own, provided, holds, via) => {
    const a = await newTenant();
    const account = `max-${a}`;
    await employ(await providerOf(a), account, provided);
    await room().store.addMember(a, account, own);
    expect(await reach(account)).toEqual([[a, holds, via]]);
  });

  it('has no customers of a provider, whoever asks', async () => {
    const provider = await providerOf(await newTenant());
    await expect(
      asOwner(`INSERT INTO provider_members VALUES ('${provider}', 'cora', 'customer')`),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('shows tenants of a provider to no transaction that does not ask for one of its people', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    await employ(await providerOf(a, b), 'pia2', 'lead');
    expect(await asApp(a, 'SELECT tenant_id FROM tenants')).toEqual([{ tenant_id: a }]);
    expect(await asApp('', 'SELECT tenant_id FROM tenants')).toEqual([]);
    await expect(asApp(a, `UPDATE tenants SET name = 'x'`)).rejects.toMatchObject({ cause: { code: '42501' } });
    expect(await asApp(a, `UPDATE tenants SET provider_id = NULL WHERE tenant_id = '${b}' RETURNING 1`)).toEqual([]);
  });

  it('keeps who left, lets them in no more, and takes them back', async () => {
    const a = await newTenant();
    const { store } = room();
    await store.addMember(a, 'mia', 'analyst');
    await store.withTenants([a], (tx) => tx.access.removeMember(a, 'mia', 7));
    expect(await reach('mia')).toEqual([]);
    const rows = await asOwner(`SELECT role, removed_at::int AS at FROM memberships WHERE tenant_id = '${a}'`);
    expect(rows).toEqual([{ role: 'analyst', at: 7 }]);
    await store.withTenants([a], (tx) => tx.access.putMember(a, 'mia', 'lead'));
    expect(await reach('mia')).toEqual([[a, 'lead', null]]);
  });

  it('tells of every change of a role, in each tenant that it is one in', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    const heard: string[] = [];
    const stop = room().store.onChange(({ tenant, kind, id }) => kind === 'member' && heard.push(`${tenant} ${id}`));
    await room().store.addMember(a, 'ann', 'lead');
    await room().store.withTenants([a], (tx) => tx.access.removeMember(a, 'ann', 1));
    const provider = await providerOf(a, b);
    await employ(provider, 'pia', 'lead');
    await room().store.withTenants([], (tx) => tx.access.removeProviderMember(provider, 'pia', 1));
    await employ(provider, 'pia', 'viewer');
    await room().store.withTenants([b], (tx) => tx.access.assignProvider(b, null));
    stop();
    const each = [`${a} pia`, `${b} pia`];
    expect(heard).toEqual([`${a} ann`, `${a} ann`, ...each, ...each, ...each, `${b} pia`]);
  });

  it('names providers that are there twice or not at all', async () => {
    const a = await newTenant();
    const provider = await providerOf(a);
    const { store } = room();
    await expect(store.withTenants([], (tx) => tx.access.addProvider({ id: provider, name: 'x' }))).rejects.toThrow(
      code('PROVIDER_EXISTS'),
    );
    await expect(store.withTenants([a], (tx) => tx.access.assignProvider(a, 'nosuch'))).rejects.toThrow(
      code('PROVIDER_UNKNOWN'),
    );
    await expect(employ('nosuch', 'pia', 'lead')).rejects.toThrow(code('PROVIDER_UNKNOWN'));
  });

  it('keeps a token by its hash, revokes it once, and only for its owner', async () => {
    const at = new Date(0);
    await room()
      .store.authDb.insert(user)
      .values(
        ['ann', 'bob'].map((id) => ({ id, name: id, email: `${id}@example.test`, createdAt: at, updatedAt: at })),
      );
    const token = {
      id: 't1',
      account: 'ann',
      name: 'reports',
      prefix: 'bw_abcdef',
      scopes: ['findings.read'],
      tenant: null,
      createdAt: 1,
      expiresAt: 10,
      revokedAt: null,
      lastUsedAt: null,
    };
    const { store } = room();
    const within = <T>(work: Parameters<typeof store.withTenants<T>>[1]) => store.withTenants([], work);
    await within((tx) => tx.access.addToken(token, 'f'.repeat(64)));
    expect(await within((tx) => tx.access.tokenOf('f'.repeat(64)))).toEqual(token);
    expect(await within((tx) => tx.access.tokenOf('e'.repeat(64)))).toBeNull();
    expect(await within((tx) => tx.access.revokeToken('bob', 't1', 5))).toBe(false);
    expect(await within((tx) => tx.access.revokeToken('ann', 't1', 5))).toBe(true);
    expect(await within((tx) => tx.access.revokeToken('ann', 't1', 6))).toBe(false);
    await within((tx) => tx.access.noteTokenUse('t1', 4));
    expect(await within((tx) => tx.access.tokensOf('ann'))).toEqual([{ ...token, revokedAt: 5, lastUsedAt: 4 }]);
  });
});
