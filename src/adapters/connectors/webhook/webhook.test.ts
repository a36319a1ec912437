import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorRoom, onLoopback, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type Heard, type OtherSide, startOtherSide } from '../../../../test/other-side.ts';
import { code } from '../../../../test/store-backends.ts';
import { WebhookSettings, webhookConnector } from './connector.ts';

const SECRET = 'pl4nted signing secret of this test';
let side: OtherSide;
beforeAll(async () => {
  side = await startOtherSide();
});
afterAll(() => side.close());
beforeEach(() => {
  side.heard.length = 0;
  side.answer = (_heard, response) => response.writeHead(204).end();
});

const room = connectorRoom({ sign: SECRET, short: 'short' });
const connector = (changes: Record<string, unknown> = {}) =>
  webhookConnector(
    WebhookSettings.parse({
      url: `${side.url}/in`,
      destinations: onLoopback(side.url),
      signingSecret: 'sign',
      timeoutMs: 400,
      ...changes,
    }),
    room,
  );
const notify = orderOf('notify_owner', 'bob', { to: 'it-desk', text: 'hello' });

/** A receiver's check, as docs/connectors.md shows it. */
function genuine({ headers, body }: Pick<Heard, 'headers' | 'body'>, secret: string, now: number): boolean {
  const timestamp = String(headers['bridgewatch-timestamp']);
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false;
  const expected = Buffer.from(`v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`);
  const given = Buffer.from(String(headers['bridgewatch-signature']));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

describe('a signed webhook', () => {
  it('is genuine to whoever shares the secret, and to nobody once anything is changed', async () => {
    const hook = connector();
    const plan = await planOf(hook, notify);
    const receipt = await hook.execute(plan, runOf({ key: 'a1:do' }));
    const [heard] = side.heard;
    if (heard === undefined) throw new Error('nothing was heard');
    const now = room.clock.now();
    expect(genuine(heard, SECRET, now)).toBe(true);
    expect(genuine(heard, `${SECRET}x`, now)).toBe(false);
    expect(genuine({ ...heard, body: heard.body.replace('hello', 'hullo') }, SECRET, now)).toBe(false);
    expect(genuine({ ...heard, headers: { ...heard.headers, 'bridgewatch-timestamp': '1' } }, SECRET, 1000)).toBe(
      false,
    );
    expect(genuine(heard, SECRET, now + 301_000)).toBe(false);
    expect(JSON.parse(heard.body)).toEqual({
      v: 1,
      tenant: 'acme',
      key: 'a1:do',
      to: 'it-desk',
      subject: 'Bridgewatch: user bob',
      text: 'hello',
      link: 'https://soc.example.org/t/acme/findings/f1',
    });
    expect(JSON.stringify([heard, plan, receipt])).not.toContain('pl4nted');
    expect(await hook.verify(plan, receipt, runOf())).toMatchObject({ outcome: 'yes' });
  });

  it('is sent again with the same key while the other side is busy, three times at most', async () => {
    side.answer = (_heard, response) => response.writeHead(side.heard.length < 3 ? 503 : 200).end();
    await connector().notifier('acme').send('x', { subject: 's', text: 't', link: null }, 'k1', runOf().signal);
    expect(side.heard.map(({ headers }) => headers['bridgewatch-delivery'])).toEqual(['k1', 'k1', 'k1']);
    side.heard.length = 0;
    side.answer = (_heard, response) => response.writeHead(503).end();
    await expect(
      connector().notifier('acme').send('x', { subject: 's', text: 't', link: null }, 'k2', runOf().signal),
    ).rejects.toThrow(code('CONNECTOR_UNREACHABLE'));
    expect(side.heard).toHaveLength(3);
  });

  it('that may have arrived is sent again only to a receiver that counts', async () => {
    side.answer = (_heard, response) => response.writeHead(500).end();
    const plan = await planOf(connector(), notify);
    await expect(connector().execute(plan, runOf())).rejects.toThrow(code('CONNECTOR_OUTCOME_UNKNOWN'));
    expect(side.heard).toHaveLength(1);
    await expect(connector({ countsByKey: true }).execute(plan, runOf())).rejects.toThrow(
      code('CONNECTOR_UNREACHABLE'),
    );
    expect(side.heard).toHaveLength(4);
    expect([connector().repeatable, connector({ countsByKey: true }).repeatable]).toEqual([false, true]);
  });

  it('stops when it is told to', async () => {
    side.answer = (_heard, response) => response.writeHead(503).end();
    const stop = new AbortController();
    side.answer = (_heard, response) => {
      stop.abort();
      response.writeHead(503).end();
    };
    await expect(
      connector().execute(await planOf(connector(), notify), runOf({ signal: stop.signal })),
    ).rejects.toThrow(/CONNECTOR|asked|time/);
    expect(side.heard).toHaveLength(1);
  });

  it('with a secret too short to sign is not sent', async () => {
    const hook = connector({ signingSecret: 'short' });
    await expect(hook.execute(await planOf(hook, notify), runOf())).rejects.toThrow(code('CONNECTOR_REFUSED'));
    expect(side.heard).toEqual([]);
  });
});
