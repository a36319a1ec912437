import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, describe, expect, test } from 'vitest';
import { knownSecrets, orderOf, planOf, run } from '../../../../test/connector-plan.ts';
import { startSlapd } from '../../../../test/slapd.ts';
import { testClock } from '../../../../test/store.ts';
import type { Connector } from '../../../ports/connector.ts';
import { LdapSettings, makeLdapConnector } from './index.ts';

const started = await startSlapd();
if ('missing' in started) console.warn(`LDAP connector against slapd skipped: ${started.missing}`);

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const user = (value: string): { kind: 'user'; value: string } => ({ kind: 'user', value });

describe.skipIf('missing' in started)('against slapd', () => {
  if ('missing' in started) return;
  const slapd = started;
  afterAll(() => slapd.stop());

  const clock = testClock(Date.UTC(2026, 2, 1, 12, 30, 15, 250));
  const connector = (more: object = {}, password = slapd.password): Connector => {
    const { url, bindDn, baseDn } = slapd;
    const settings = { url, bindDn, baseDn, passwordSecret: 'directory', userAttribute: 'uid', dialect: 'openldap' };
    const passwordPolicyDn = `cn=default,ou=policies,${baseDn}`;
    const secrets = knownSecrets({ directory: password });
    return makeLdapConnector(LdapSettings.parse({ ...settings, passwordPolicyDn, ...more }), {
      tenant: 'acme',
      secrets,
      clock,
    });
  };
  const dnOf = (uid: string, unit = 'people'): string => `uid=${uid},ou=${unit},${slapd.baseDn}`;
  const attribute = (dn: string, name: string) =>
    slapd.asRoot(
      async (root) => (await root.search(dn, { scope: 'base', attributes: [name] })).searchEntries[0]?.[name],
    );
  const set = (dn: string, type: string, values: string[]) =>
    slapd.asRoot((root) =>
      root.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) })),
    );
  const disable = (value: string) => orderOf('disable_account', user(value));

  describe('disable_account', () => {
    test('keeps the account out, once, and lets it in again after undo', async () => {
      const ldap = connector();
      expect(await slapd.canBind('alice')).toBe(true);
      const plan = await planOf(ldap, disable('alice'));
      expect(plan.undo).toContain('absent');
      expect(plan.blastRadius.said).toContainEqual(expect.stringContaining('cn=staff,ou=groups'));
      expect(await ldap.verify(plan, null, run())).toMatchObject({ outcome: 'no' });

      const receipt = await ldap.execute(plan, run());
      expect(receipt).toMatchObject({ changed: true });
      expect(await slapd.canBind('alice')).toBe(false);
      expect(await slapd.canBind('bob')).toBe(true);
      expect(await ldap.verify(plan, receipt, run())).toMatchObject({
        outcome: 'yes',
        saw: expect.stringContaining('the directory says that the account is not usable'),
      });
      expect(await ldap.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'no' });
      expect(await ldap.execute(plan, run())).toMatchObject({ changed: false });

      expect(await ldap.undo(plan, receipt, run())).toMatchObject({ changed: true });
      expect(await slapd.canBind('alice')).toBe(true);
      expect(await ldap.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
      expect(await ldap.undo(plan, receipt, run())).toMatchObject({ changed: false });
    });

    test('the plan alone is enough to undo, where the answer was lost', async () => {
      const ldap = connector();
      const plan = await planOf(ldap, disable('alice'));
      await ldap.execute(plan, run());
      await ldap.undo(plan, null, run());
      expect(await slapd.canBind('alice')).toBe(true);
      expect(await ldap.verifyUndone(plan, null, run())).toMatchObject({ outcome: 'yes' });
    });

    test('what the check says of connections that are open already is so', async () => {
      const ldap = connector();
      const open = new Client({ url: slapd.url });
      await open.bind(dnOf('bob'), slapd.passwordOf('bob'));
      const plan = await planOf(ldap, disable('bob'));
      const receipt = await ldap.execute(plan, run());
      expect(await ldap.verify(plan, receipt, run())).toMatchObject({
        saw: expect.stringContaining('were open before stay'),
      });
      expect((await open.search(slapd.baseDn, { scope: 'base' })).searchEntries).toHaveLength(1);
      await open.unbind();
      await ldap.undo(plan, receipt, run());
    });

    test('undo puts back exactly the lock that was there, though it came after the plan', async () => {
      const ldap = connector();
      const plan = await planOf(ldap, disable('bob'));
      await set(dnOf('bob'), 'pwdAccountLockedTime', ['20260301120000Z']);
      const receipt = await ldap.execute(plan, run());
      expect(await attribute(dnOf('bob'), 'pwdAccountLockedTime')).toBe('000001010000Z');
      await ldap.undo(plan, receipt, run());
      expect(await attribute(dnOf('bob'), 'pwdAccountLockedTime')).toBe('20260301120000Z');
      expect(await ldap.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
      await set(dnOf('bob'), 'pwdAccountLockedTime', []);
    });

    test('an account disabled before stays so after undo', async () => {
      const ldap = connector();
      await set(dnOf('bob'), 'pwdAccountLockedTime', ['000001010000Z']);
      const plan = await planOf(ldap, disable('bob'));
      expect(plan.blastRadius.said).toContainEqual(expect.stringContaining('disabled already'));
      const receipt = await ldap.execute(plan, run());
      await ldap.undo(plan, receipt, run());
      expect(await slapd.canBind('bob')).toBe(false);
      await set(dnOf('bob'), 'pwdAccountLockedTime', []);
    });

    test('follows an account that was moved, and never touches another of the same name', async () => {
      const ldap = connector();
      const plan = await planOf(ldap, disable('grace'));
      await slapd.asRoot((root) => root.modifyDN(dnOf('grace'), dnOf('grace', 'branch')));
      const receipt = await ldap.execute(plan, run());
      expect(await slapd.canBind('grace', 'branch')).toBe(false);
      await ldap.undo(plan, receipt, run());
      await slapd.asRoot(async (root) => {
        await root.del(dnOf('grace', 'branch'));
        const objectClass = ['inetOrgPerson'];
        await root.add(dnOf('grace'), {
          objectClass,
          uid: 'grace',
          sn: 'g',
          cn: 'g',
          userPassword: slapd.passwordOf('grace'),
        });
      });
      await expect(ldap.execute(plan, run())).rejects.toEqual(code('CONNECTOR_TARGET_UNKNOWN'));
      expect(await ldap.verify(plan, null, run())).toMatchObject({ outcome: 'unknown' });
      expect(await slapd.canBind('grace')).toBe(true);
    });

    test('a survey writes nothing', async () => {
      const before = await attribute(dnOf('alice'), 'entryCSN');
      await planOf(connector(), disable('alice'));
      expect(await attribute(dnOf('alice'), 'entryCSN')).toBe(before);
    });
  });

  describe('a lock that would keep nobody out', () => {
    test('is refused where the policy of the account says so', async () => {
      await expect(planOf(connector(), disable('erin'))).rejects.toEqual(code('CONNECTOR_REFUSED'));
    });

    test('is never called a success', async () => {
      const ldap = connector();
      const plan = await planOf(ldap, disable('alice'));
      await ldap.execute(plan, run());
      await set(dnOf('alice'), 'pwdPolicySubentry', [`cn=lenient,ou=policies,${slapd.baseDn}`]);
      expect(await slapd.canBind('alice')).toBe(true);
      expect(await ldap.verify(plan, null, run())).toMatchObject({ outcome: 'no' });
      await set(dnOf('alice'), 'pwdPolicySubentry', []);
      await ldap.undo(plan, null, run());
    });

    test('is told by the policy where the directory says nothing on the account itself, else not known', async () => {
      // Of people in the branch the service account may not ask.
      const who = disable('heidi');
      const [reading, blind] = [connector(), connector({ passwordPolicyDn: undefined })];
      const plan = await planOf(reading, who);
      await reading.execute(plan, run());
      expect(await slapd.canBind('heidi', 'branch')).toBe(false);
      expect(await reading.verify(plan, null, run())).toMatchObject({
        outcome: 'yes',
        saw: expect.stringContaining('pwdLockout TRUE'),
      });
      expect(await blind.verify(plan, null, run())).toMatchObject({ outcome: 'unknown' });
      await reading.undo(plan, null, run());
    });
  });

  describe('whom it acts on', () => {
    test('hostile names are values, never filters', async () => {
      const ldap = connector();
      const hostile = fc.oneof(
        fc.constantFrom(
          '*)(uid=*',
          '*',
          'alice)(uid=*))(|(uid=*',
          'a*',
          '\\2a',
          'alice\0',
          'alice ',
          '(|',
          ')',
          'alic\u0435',
        ),
        fc.string({
          minLength: 1,
          maxLength: 40,
          unit: fc.constantFrom('a', 'l', '*', '(', ')', '\\', '=', '\0', '|', '&', 'é'),
        }),
      );
      await fc.assert(
        fc.asyncProperty(hostile, async (name) => {
          await expect(ldap.survey(disable(name), run().signal)).rejects.toEqual(code('CONNECTOR_TARGET_UNKNOWN'));
        }),
        { numRuns: 60 },
      );
    });

    test('a name full of signs is found as itself', async () => {
      const plan = await planOf(connector(), disable("o'brien (ext) *"));
      expect(plan.arguments.dn).toBe(dnOf("o'brien (ext) *"));
    });

    test.each([
      ['nobody', 'CONNECTOR_TARGET_UNKNOWN', {}],
      ['twin', 'CONNECTOR_TARGET_UNKNOWN', {}],
      ['', 'CONNECTOR_ORDER_INVALID', {}],
      ['a'.repeat(257), 'CONNECTOR_ORDER_INVALID', {}],
      ['bridgewatch', 'CONNECTOR_PROTECTED', {}],
      ['alice', 'CONNECTOR_PROTECTED', { protectedAccounts: ['ALICE'] }],
      ['dave', 'CONNECTOR_PROTECTED', { protectedGroups: [`cn=Admins, ou=groups, ${slapd.baseDn}`] }],
      ['carol', 'CONNECTOR_PROTECTED', { protectedGroups: [`cn=admins,ou=groups,${slapd.baseDn}`] }],
      ['alice', 'CONNECTOR_PROTECTED', { protectedGroups: [`cn=loop-b,ou=groups,${slapd.baseDn}`] }],
      ['alice', 'CONNECTOR_REFUSED', { protectedGroups: [`cn=gone,ou=groups,${slapd.baseDn}`] }],
    ])('"%s" gives %s', async (name, expected, settings) => {
      await expect(planOf(connector(settings), disable(name))).rejects.toEqual(code(expected));
    });

    test('users only', async () => {
      const order = orderOf('disable_account', { kind: 'host', value: 'alice' });
      await expect(planOf(connector(), order)).rejects.toEqual(code('CONNECTOR_ORDER_INVALID'));
    });

    test('not even by an approved plan, once it is protected', async () => {
      const ldap = connector({ protectedGroups: [`cn=admins,ou=groups,${slapd.baseDn}`] });
      const plan = await planOf(ldap, disable('bob'));
      const member = new Attribute({ type: 'member', values: [dnOf('bob')] });
      const admins = `cn=admins,ou=groups,${slapd.baseDn}`;
      await slapd.asRoot((root) => root.modify(admins, new Change({ operation: 'add', modification: member })));
      await expect(ldap.execute(plan, run())).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      expect(await slapd.canBind('bob')).toBe(true);
      await slapd.asRoot((root) => root.modify(admins, new Change({ operation: 'delete', modification: member })));
    });
  });

  describe('revoke_sessions', () => {
    const sessionEpoch = { attribute: slapd.epochAttribute, honouredBy: ['webmail', 'vpn'] };
    const order = orderOf('revoke_sessions', user('alice'));

    test('tells the applications named in the settings from when on sessions count, and cannot be undone', async () => {
      const ldap = connector({ sessionEpoch });
      expect(ldap.kinds).toContain('revoke_sessions');
      const plan = await planOf(ldap, order);
      expect(plan).toMatchObject({ undo: null, reversible: false });
      expect(plan.blastRadius.said.join(' ')).toMatch(/refused by: webmail, vpn.*keep their sessions until they end/);
      expect(await ldap.verify(plan, null, run())).toMatchObject({ outcome: 'no' });

      const receipt = await ldap.execute(plan, run());
      expect(await attribute(dnOf('alice'), slapd.epochAttribute)).toBe('20260301123015Z');
      for (const known of [receipt, null]) {
        expect(await ldap.verify(plan, known, run())).toMatchObject({
          outcome: 'yes',
          saw: expect.stringContaining('all others stay'),
        });
      }
      expect(await ldap.execute(plan, run())).toMatchObject({ changed: false });
      await expect(ldap.undo(plan, receipt, run())).rejects.toEqual(code('CONNECTOR_REFUSED'));
      expect(await ldap.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'no' });

      const later = await planOf(ldap, order);
      expect(await ldap.verify(later, null, run())).toMatchObject({ outcome: 'no' });
    });

    test('is not offered where no application would heed it', async () => {
      expect(connector().kinds).toEqual(['disable_account']);
      await expect(planOf(connector(), order)).rejects.toEqual(code('CONNECTOR_REFUSED'));
    });
  });

  describe('the dialect of Active Directory', () => {
    const ad = (more: object = {}) =>
      connector({ dialect: 'active-directory', userAttribute: 'sAMAccountName', ...more });

    test('sets and clears one bit of userAccountControl and leaves the others to whoever changed them', async () => {
      const plan = await planOf(ad(), disable('dora'));
      const receipt = await ad().execute(plan, run());
      expect(await attribute(dnOf('dora'), 'userAccountControl')).toBe('66050');
      expect(await ad().verify(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
      await set(dnOf('dora'), 'userAccountControl', ['514']);
      await ad().undo(plan, receipt, run());
      expect(await attribute(dnOf('dora'), 'userAccountControl')).toBe('512');
      expect(await ad().verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
    });

    test('sees the primary group, which no member attribute names', async () => {
      const users = `cn=domain users,ou=groups,${slapd.baseDn}`;
      expect((await planOf(ad(), disable('dora'))).blastRadius.said.join()).not.toContain('domain users');
      await slapd.asRoot((root) =>
        root.add(users, [
          new Attribute({ type: 'objectClass', values: ['organizationalRole', 'securityPrincipal'] }),
          new Attribute({ type: 'cn', values: ['domain users'] }),
          // dora's SID with the last part 513.
          new Attribute({
            type: 'objectSid',
            values: [Buffer.from('010500000000000515000000010000000200000003000000' + '01020000', 'hex')],
          }),
        ]),
      );
      await expect(planOf(ad({ protectedGroups: [users] }), disable('dora'))).rejects.toEqual(
        code('CONNECTOR_PROTECTED'),
      );
    });

    test.each([
      ['adminCount', '1', '0'],
      ['primaryGroupID', '512', '513'],
    ])('refuses those who rule the domain: %s %s', async (name, ruling, plain) => {
      await set(dnOf('dora'), name, [ruling]);
      await expect(planOf(ad(), disable('dora'))).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      await set(dnOf('dora'), name, [plain]);
      await expect(planOf(ad(), disable('dora'))).resolves.toBeDefined();
    });
  });

  describe('the road to it', () => {
    const survey = (ldap: Connector, signal = run().signal) => ldap.survey(disable('alice'), signal);

    test('is encrypted and the certificate is checked', async () => {
      const caCertificate = slapd.certificate;
      await survey(connector({ url: slapd.secureUrl, caCertificate }));
      await survey(connector({ startTls: true, caCertificate }));
      for (const untrusted of [{ url: slapd.secureUrl }, { startTls: true }]) {
        await expect(survey(connector(untrusted))).rejects.toMatchObject({
          code: 'CONNECTOR_REFUSED',
          message: expect.stringContaining('certificate'),
        });
      }
    });

    test('a wrong or empty password is refused without being shown', async () => {
      const error: Error = await survey(connector({}, 'Wrong-Word-77')).then(
        () => new Error('let in'),
        (thrown) => thrown,
      );
      expect(error).toEqual(code('CONNECTOR_REFUSED'));
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain('Wrong-Word-77');
      await expect(survey(connector({}, ''))).rejects.toEqual(code('CONNECTOR_REFUSED'));
      await expect(survey(connector({ passwordSecret: 'none' }))).rejects.toEqual(code('SECRET_UNKNOWN'));
    });

    test('an account without the right to write is told so', async () => {
      const ldap = connector({ bindDn: dnOf('dave') }, slapd.passwordOf('dave'));
      const plan = await planOf(ldap, disable('bob'));
      await expect(ldap.execute(plan, run())).rejects.toMatchObject({
        code: 'CONNECTOR_REFUSED',
        message: expect.stringContaining('InsufficientAccessError'),
      });
    });

    test('nobody there, a silent server and a stopped run have their own codes', async () => {
      const silent = await listening(() => undefined);
      const url = `ldap://127.0.0.1:${silent.port}`;
      const stop = new AbortController();
      const waiting = survey(connector({ url }), stop.signal);
      await silent.asked;
      stop.abort();
      await expect(waiting).rejects.toEqual(code('CONNECTOR_TIMEOUT'));
      await expect(survey(connector({ url }), stop.signal)).rejects.toEqual(code('CONNECTOR_TIMEOUT'));
      await silent.stop();
      await expect(survey(connector({ url }))).rejects.toEqual(code('CONNECTOR_UNREACHABLE'));
    });

    test('a connection cut after StartTLS is never made again in the clear', async () => {
      // Says yes to StartTLS (RFC 4511, 4.14) and hangs up.
      const yes = Buffer.from('300c02010278070a010004000400', 'hex');
      const cutting = await listening((socket) => socket.once('data', () => socket.end(yes)));
      const ldap = connector({ url: `ldap://127.0.0.1:${cutting.port}`, startTls: true });
      await expect(survey(ldap)).rejects.toEqual(code('CONNECTOR_UNREACHABLE'));
      expect(cutting.connections()).toBe(1);
      expect(cutting.heard()).not.toContain(slapd.password);
      await cutting.stop();
    });
  });
});

interface Listening {
  readonly port: number;
  /** When the first bytes have come. */
  readonly asked: Promise<void>;
  connections(): number;
  heard(): string;
  stop(): Promise<void>;
}

async function listening(greet: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  let heard = '';
  let wake = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      wake();
    });
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    connections: () => sockets.size,
    heard: () => heard,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
