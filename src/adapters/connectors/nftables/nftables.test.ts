import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { knownSecrets, orderOf, planOf, run } from '../../../../test/connector-plan.ts';
import { type Family, type Line, startIsolableHost, type Whom } from '../../../../test/namespace.ts';
import type { Connector } from '../../../ports/connector.ts';
import { makeNftablesConnector, NftablesSettings } from './index.ts';

const started = await startIsolableHost();
if ('missing' in started) console.warn(`nftables connector against a network namespace skipped: ${started.missing}`);

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
/** How long a connection that should be dead may take to show that it lives. */
const SILENCE_MS = 500;

describe.skipIf('missing' in started)('against a network namespace', () => {
  if ('missing' in started) return;
  const host = started;
  afterAll(() => host.stop());
  afterEach(() => {
    // Each test leaves the machine as it found it, also where it failed half-way.
    if (host.nft('list', 'tables').includes('table inet bridgewatch'))
      host.nft('delete', 'table', 'inet', 'bridgewatch');
  });

  const place = {
    address: host.address,
    port: host.port,
    user: host.user,
    keySecret: 'ssh',
    hostKey: host.hostKey,
    management: [`${host.managedFrom}/32`],
  };
  const connector = (more: object = {}, key = host.privateKey): Connector => {
    const settings = NftablesSettings.parse({ hosts: { web1: place }, ...more });
    return makeNftablesConnector(settings, { tenant: 'acme', secrets: knownSecrets({ ssh: key }) });
  };
  const gateway = (more: object = {}) => connector({ hosts: {}, gateways: { edge: place }, ...more });
  const isolate = orderOf('isolate_host', { kind: 'host', value: 'web1' });
  const block = (value: string, parameters: Record<string, unknown> = {}) =>
    orderOf('block_address', { kind: 'address', value }, parameters);

  async function reaches(whom: Whom, family: Family, ms = 5_000): Promise<boolean> {
    const line = await host.clientConnect(whom, family, ms);
    await line?.close();
    return line !== null;
  }
  /** How many of the connections live. */
  async function living(lines: readonly Line[], text: string, ms: number): Promise<number> {
    const outcomes = await Promise.all(lines.map((line) => line.echo(text, ms)));
    return outcomes.filter((outcome) => outcome).length;
  }
  /** Which of all roads are open to a new connection. */
  async function roads(ms: number): Promise<readonly string[]> {
    const all = (['host', 'behind'] as const).flatMap((whom) =>
      (['v4', 'v6'] as const).map((family) => ({ whom, family })),
    );
    const open = await Promise.all(
      all.map(async (road) => ((await reaches(road.whom, road.family, ms)) ? [road] : [])),
    );
    return open.flat().map(({ whom, family }) => `${whom} ${family}`);
  }
  async function opened(whom: Whom, family: Family) {
    const line = await host.clientConnect(whom, family);
    if (line === null) throw new Error(`the client cannot reach ${whom} over ${family}`);
    expect(await line.echo('before')).toBe(true);
    return line;
  }

  describe('isolate_host', () => {
    test('cuts new and established connections, keeps management, and undo restores', async () => {
      host.nft('add', 'table', 'inet', 'theirs');
      host.nft('add', 'chain', 'inet', 'theirs', 'input', '{ type filter hook input priority 0 ; policy accept ; }');
      const rules = host.nft('list', 'ruleset');
      const lines = [await opened('host', 'v4'), await opened('host', 'v6'), await opened('behind', 'v4')];
      const ssh = connector();
      const plan = await planOf(ssh, isolate);
      expect(host.nft('list', 'ruleset')).toBe(rules);
      expect(plan.undo).not.toBeNull();
      expect(plan.blastRadius.said.join(' ')).toContain(`except SSH on port 22 with ${host.managedFrom}/32`);
      expect(await ssh.verify(plan, null, run())).toMatchObject({ outcome: 'no' });

      const receipt = await ssh.execute(plan, run());
      expect(receipt).toEqual({ web1: 'applied' });
      expect(await living(lines, 'after', SILENCE_MS)).toBe(0);
      expect(await roads(SILENCE_MS)).toEqual([]);
      expect(await ssh.verify(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
      expect(await ssh.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'no' });
      expect(await ssh.execute(plan, run())).toEqual({ web1: 'already' });

      await ssh.undo(plan, receipt, run());
      expect(await ssh.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
      expect(await ssh.verify(plan, receipt, run())).toMatchObject({ outcome: 'no' });
      expect(await roads(5_000)).toEqual(['host v4', 'host v6', 'behind v4', 'behind v6']);
      // As documented: what was cut was not closed, and goes on.
      expect(await living(lines, 'again', 15_000)).toBe(lines.length);
      await ssh.undo(plan, receipt, run());
      expect(host.nft('list', 'ruleset').replace(/table inet bridgewatch \{\s*\}\n/, '')).toBe(rules);
      host.nft('delete', 'table', 'inet', 'theirs');
    });

    test('two isolations of one machine do not undo each other', async () => {
      const ssh = connector();
      const [first, second] = [await planOf(ssh, isolate), await planOf(ssh, isolate)];
      await ssh.execute(first, run());
      await ssh.execute(second, run());
      await ssh.undo(first, null, run());
      expect(await ssh.verifyUndone(first, null, run())).toMatchObject({
        outcome: 'yes',
        saw: expect.stringContaining('isolated by 1 other'),
      });
      expect(await ssh.verify(second, null, run())).toMatchObject({ outcome: 'yes' });
      expect(await reaches('host', 'v4', SILENCE_MS)).toBe(false);
      await ssh.undo(second, null, run());
      expect(await reaches('host', 'v4')).toBe(true);
    });

    test('a machine that shuts us out opens again by itself, and the action fails', async () => {
      // Management from elsewhere: as if the settings were wrong.
      const wrong = connector({ hosts: { web1: { ...place, management: ['192.0.2.0/24'] } }, confirmWithin: 2 });
      const plan = await planOf(wrong, isolate);
      expect(plan.blastRadius.said.join(' ')).toContain('which is not in its management ranges');
      await expect(wrong.execute(plan, run())).rejects.toMatchObject({
        code: 'CONNECTOR_REFUSED',
        message: expect.stringContaining('check management and port'),
      });
      expect(await reaches('host', 'v4', 10_000)).toBe(true);
      expect(await wrong.verify(plan, null, run())).toMatchObject({ outcome: 'no' });
    });

    test('what somebody did to the rules is seen, and mended by another try', async () => {
      const ssh = connector();
      const plan = await planOf(ssh, isolate);
      const ours = ['inet', 'bridgewatch'];
      await ssh.execute(plan, run());
      for (const meddling of [
        ['flush', 'chain', ...ours, `isolate_${plan.arguments.mark}_in`],
        ['insert', 'rule', ...ours, `isolate_${plan.arguments.mark}_out`, 'accept'],
        ['add', 'table', ...ours, '{ flags dormant ; }'],
        ['delete', 'table', ...ours],
      ]) {
        host.nft(...meddling);
        expect(await ssh.verify(plan, null, run()), meddling.join(' ')).toMatchObject({ outcome: 'no' });
        await ssh.execute(plan, run());
        expect(await ssh.verify(plan, null, run()), meddling.join(' ')).toMatchObject({ outcome: 'yes' });
      }
    });

    test.each([
      ['a host that is not in the settings', 'db9', {}, 'CONNECTOR_TARGET_UNKNOWN'],
      ['a name from the prototype', 'constructor', {}, 'CONNECTOR_TARGET_UNKNOWN'],
      ['a protected host', 'web1', { protectedHosts: ['WEB1'] }, 'CONNECTOR_PROTECTED'],
      ['a gateway', 'web1', { gateways: { edge: place } }, 'CONNECTOR_PROTECTED'],
    ])('%s is refused', async (_, value, settings, expected) => {
      const order = orderOf('isolate_host', { kind: 'host', value });
      await expect(planOf(connector(settings), order)).rejects.toEqual(code(expected));
    });

    test('a plan is carried out as approved or not at all', async () => {
      const plan = await planOf(connector(), isolate);
      const wider = connector({ hosts: { web1: { ...place, management: ['0.0.0.0/0'] } } });
      await expect(wider.execute(plan, run())).rejects.toEqual(code('CONNECTOR_REFUSED'));
      const guarded = connector({ protectedHosts: ['web1'] });
      await expect(guarded.execute(plan, run())).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      const forged = { ...plan, arguments: { ...plan.arguments, mark: 'x; flush ruleset' } };
      await expect(connector().execute(forged, run())).rejects.toEqual(code('CONNECTOR_REFUSED'));
      expect(host.nft('list', 'ruleset')).toBe('');
    });
  });

  describe('block_address', () => {
    test.each(['v4', 'v6'] as const)(
      '%s: cuts one address, its own and forwarded, and undo restores',
      async (family) => {
        const other = family === 'v4' ? 'v6' : 'v4';
        const lines = [await opened('host', family), await opened('behind', family)];
        const untouched = await opened('behind', other);
        const ssh = gateway();
        const plan = await planOf(ssh, block(host.client[family]));
        expect(plan.arguments).toMatchObject({ address: host.client[family], gateways: ['edge'] });
        const receipt = await ssh.execute(plan, run());
        expect(await living(lines, 'after', SILENCE_MS)).toBe(0);
        expect(await roads(SILENCE_MS)).toEqual([`host ${other}`, `behind ${other}`]);
        expect(await untouched.echo('still', SILENCE_MS)).toBe(true);
        expect(await ssh.verify(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
        expect(await ssh.execute(plan, run())).toEqual({ edge: 'already' });

        await ssh.undo(plan, receipt, run());
        expect(await ssh.verifyUndone(plan, receipt, run())).toMatchObject({ outcome: 'yes' });
        expect(await ssh.verify(plan, receipt, run())).toMatchObject({ outcome: 'no' });
        expect(await roads(5_000)).toHaveLength(4);
        await ssh.undo(plan, receipt, run());
      },
    );

    test('an address that two actions block stays blocked until both are undone', async () => {
      const ssh = gateway();
      const order = block(host.client.v4);
      const first = await planOf(ssh, order);
      await ssh.execute(first, run());
      const second = await planOf(ssh, order);
      expect(second.blastRadius.said.join(' ')).toContain('blocks it already, for 1 other');
      const elsewhere = await planOf(ssh, block('203.0.113.77'));
      await ssh.execute(second, run());
      await ssh.execute(elsewhere, run());
      expect(await ssh.undo(first, null, run())).toEqual({ edge: 'stays for others' });
      expect(await ssh.verifyUndone(first, null, run())).toMatchObject({
        outcome: 'yes',
        saw: expect.stringContaining('blocked for 1 other'),
      });
      expect(await ssh.verify(second, null, run())).toMatchObject({ outcome: 'yes' });
      expect(await reaches('behind', 'v4', SILENCE_MS)).toBe(false);
      await ssh.undo(second, null, run());
      expect(await reaches('behind', 'v4')).toBe(true);
      expect(await ssh.verify(elsewhere, null, run())).toMatchObject({ outcome: 'yes' });
    });

    test('isolations and blocks on one machine leave each other alone', async () => {
      const [isolating, blocking] = [connector(), gateway()];
      const [isolation, blocked] = [await planOf(isolating, isolate), await planOf(blocking, block('2001:db8::7'))];
      await isolating.execute(isolation, run());
      await blocking.execute(blocked, run());
      await isolating.undo(isolation, null, run());
      expect(await blocking.verify(blocked, null, run())).toMatchObject({ outcome: 'yes' });
      expect(await reaches('host', 'v4')).toBe(true);
    });

    test('the parameter gateways names some of them', async () => {
      const two = gateway({ gateways: { edge: place, gone: { ...place, address: '198.18.0.1', port: 1 } } });
      const plan = await planOf(two, block('203.0.113.7', { gateways: ['edge'] }));
      expect(plan.arguments.gateways).toEqual(['edge']);
      for (const gateways of [['edge', 'none'], [], 'edge', [1], { edge: 1 }]) {
        await expect(planOf(two, block('203.0.113.7', { gateways }))).rejects.toEqual(code('CONNECTOR_ORDER_INVALID'));
      }
    });

    test('is refused for what would hit ourselves', async () => {
      const guarded = gateway({ protectedRanges: ['203.0.113.0/24', '2001:db8:5::/48'] });
      const addresses = [host.managedFrom, host.address, `::ffff:${host.managedFrom}`, '203.0.113.9', '2001:db8:5::1'];
      for (const address of addresses) {
        await expect(planOf(guarded, block(address)), address).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      }
      const moved = gateway({ gateways: { edge: { ...place, management: ['192.0.2.0/24'] } } });
      await expect(planOf(moved, block(host.managedFrom))).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      const plan = await planOf(gateway(), block('203.0.113.9'));
      await expect(guarded.execute(plan, run())).rejects.toEqual(code('CONNECTOR_PROTECTED'));
      expect(host.nft('list', 'ruleset')).toBe('');
    });
  });

  describe('the road to it', () => {
    const survey = (ssh: Connector, signal = run().signal) => ssh.survey(isolate, signal);

    test('another host key than the pinned one is refused before anything is said', async () => {
      const other = connector({ hosts: { web1: { ...place, hostKey: `SHA256:${'A'.repeat(43)}` } } });
      await expect(survey(other)).rejects.toMatchObject({
        code: 'CONNECTOR_REFUSED',
        message: expect.stringContaining(`shows the key ${host.hostKey}`),
      });
    });

    test('a wrong key, and what is no key, are refused without being shown', async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const stranger = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
      for (const key of [stranger, 'Not-A-Key-55', '', stranger.slice(0, 200)]) {
        const error: Error = await survey(connector({}, key)).then(
          () => new Error('let in'),
          (thrown) => thrown,
        );
        expect(error).toEqual(code('CONNECTOR_REFUSED'));
        const shown = JSON.stringify([error, error.message, error.stack, String(error.cause)]);
        for (const line of key.split('\n').filter((each) => each.length > 8)) expect(shown).not.toContain(line);
      }
    });

    test('the documented forced command lets nothing else through', async () => {
      await expect(survey(connector({ command: 'sudo -n nft' }))).rejects.toEqual(code('CONNECTOR_REFUSED'));
      expect(await survey(connector())).toBeDefined();
    });

    test('nobody there, a silent server and a stopped run have their own codes', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const address = silent.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const ssh = connector({ hosts: { web1: { ...place, address: '127.0.0.1', port } } });
      const stop = new AbortController();
      const waiting = survey(ssh, stop.signal);
      await once(silent, 'connection');
      stop.abort();
      await expect(waiting).rejects.toEqual(code('CONNECTOR_TIMEOUT'));
      await expect(survey(ssh, stop.signal)).rejects.toEqual(code('CONNECTOR_TIMEOUT'));
      for (const socket of sockets) socket.destroy();
      silent.close();
      await once(silent, 'close');
      await expect(survey(ssh)).rejects.toEqual(code('CONNECTOR_UNREACHABLE'));
    });
  });
});
