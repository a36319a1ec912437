import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorRoom, onLoopback, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type OtherSide, startOtherSide } from '../../../../test/other-side.ts';
import { code } from '../../../../test/store-backends.ts';
import { TicketSettings, ticketConnector } from './connector.ts';

let side: OtherSide;
const tickets = new Map<string, number>();
beforeAll(async () => {
  side = await startOtherSide();
  side.answer = ({ headers }, response) => {
    if (headers.authorization !== 'Bearer pl4nted-ticket') return response.writeHead(401).end();
    const key = String(headers['idempotency-key']);
    const id = tickets.get(key) ?? tickets.size + 1;
    tickets.set(key, id);
    return response.writeHead(201).end(JSON.stringify({ ticket: { id } }));
  };
});
afterAll(() => side.close());

const connector = (changes: Record<string, unknown> = {}) =>
  ticketConnector(
    TicketSettings.parse({
      destinations: onLoopback(side.url),
      create: {
        method: 'POST',
        url: `${side.url}/tickets`,
        headers: { Authorization: 'Bearer {{secret:desk}}' },
        body: {
          json: {
            title: '{{parameters.title}}',
            body: '{{parameters.text}} {{parameters.link}}',
            about: '{{target.value}}',
          },
        },
      },
      id: '/ticket/id',
      ...changes,
    }),
    connectorRoom({ desk: 'pl4nted-ticket' }),
  );

it('opens one ticket for one key, however often it is tried, and says its number', async () => {
  const desk = connector({ countsByKey: true });
  const plan = await planOf(desk, orderOf('open_ticket', 'ws-7', { text: 'reimage "it"' }));
  const receipts = [
    await desk.execute(plan, runOf({ key: 'k1' })),
    await desk.execute(plan, runOf({ key: 'k1', attempt: 2 })),
  ];
  expect(receipts[0]).toEqual(receipts[1]);
  expect(tickets.size).toBe(1);
  expect(JSON.parse(side.heard[0]?.body ?? '')).toEqual({
    title: 'Bridgewatch: user ws-7',
    body: 'reimage "it" https://soc.example.org/t/acme/findings/f1',
    about: 'ws-7',
  });
  expect(await desk.verify(plan, receipts[0] ?? null, runOf())).toEqual({
    outcome: 'yes',
    saw: `${side.url} opened ticket 1`,
  });
  expect(await desk.verify(plan, null, runOf())).toMatchObject({ outcome: 'unknown' });
  expect(plan.undo).toBeNull();
  expect(JSON.stringify([plan, receipts])).not.toContain('pl4nted');
});

it('is asked once where the system does not count, and then the outcome of a failure is unknown', async () => {
  const desk = connector();
  expect([desk.repeatable, connector({ countsByKey: true }).repeatable]).toEqual([false, true]);
  const plan = await planOf(desk, orderOf('open_ticket', 'ws-7'));
  const { answer } = side;
  side.answer = (_heard, response) => response.writeHead(502).end();
  await expect(desk.execute(plan, runOf())).rejects.toThrow(code('CONNECTOR_OUTCOME_UNKNOWN'));
  side.answer = answer;
});
