import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorRoom, onLoopback, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type OtherSide, startOtherSide } from '../../../../test/other-side.ts';
import { code } from '../../../../test/store-backends.ts';
import { slackEscaped } from './bodies.ts';
import { ChatSettings, chatConnector } from './connector.ts';

let side: OtherSide;
beforeAll(async () => {
  side = await startOtherSide();
});
afterAll(() => side.close());
beforeEach(() => {
  side.heard.length = 0;
  side.answer = (_heard, response) => response.end('ok');
});

const PATH = '/services/T0/B0/pl4nted-hook';
const connector = (
  shape: 'slack' | 'teams',
  url = side.url + PATH,
  elsewhere: object = { destinations: onLoopback(side.url) },
) =>
  chatConnector(
    ChatSettings.parse({ shape, urlSecret: 'hook', ...elsewhere, timeoutMs: 500 }),
    connectorRoom({ hook: url }, { 'hooks.slack.com': ['127.0.0.1'] }),
  );
const notify = (parameters: Record<string, unknown> = {}) => orderOf('notify_owner', 'bob', parameters);
const sent = () => JSON.parse(side.heard.at(-1)?.body ?? '');

describe.each(['slack', 'teams'] as const)('%s', (shape) => {
  it('takes a message; the receipt names the place and not the address', async () => {
    const chat = connector(shape);
    const plan = await planOf(chat, notify({ subject: 'Bob', text: 'line one\nline two' }));
    const receipt = await chat.execute(plan, runOf());
    expect(side.heard[0]).toMatchObject({ method: 'POST', path: PATH });
    expect(JSON.stringify([plan, receipt])).not.toContain('pl4nted');
    expect(await chat.verify(plan, receipt, runOf())).toMatchObject({ outcome: 'yes' });
    expect(await chat.verify(plan, null, runOf())).toMatchObject({ outcome: 'unknown' });
    expect(chat.repeatable).toBe(false);
    expect(JSON.stringify(sent())).toContain('https://soc.example.org/t/acme/findings/f1');
  });

  it('is given hostile words as words: one link, and it is the console', async () => {
    const chat = connector(shape);
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '<!channel>',
        '<@U123>',
        '<https://evil.example|click>',
        '[click](https://evil.example)',
        '{{DATE(2020-01-01T00:00:00Z,SHORT)}}',
        '$' + '{x}',
        '*b* _i_ `c`',
        '"},{"type":"Action.OpenUrl","url":"https://evil.example"}',
        '&lt;!here&gt;',
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (subject, text) => {
        await chat.execute(await planOf(chat, notify({ subject, text })), runOf());
        const body = JSON.stringify(sent());
        expect(body.match(/https:\/\/(?!soc\.example\.org\/t\/acme\/findings\/f1)[^"]*/g) ?? []).toEqual([]);
        if (shape === 'teams') expect(body).not.toMatch(/\{\{|\$\{/);
        else expect(sent().text).not.toMatch(/[<>]/);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['redirects', (response: ServerResponse) => response.writeHead(307, { location: '/x' }).end(), 'CONNECTOR_REFUSED'],
    ['is gone', (response: ServerResponse) => response.writeHead(404, {}).end(), 'CONNECTOR_REFUSED'],
    ['is busy', (response: ServerResponse) => response.writeHead(429, {}).end(), 'CONNECTOR_UNREACHABLE'],
    ['fails', (response: ServerResponse) => response.writeHead(500, {}).end(), 'CONNECTOR_OUTCOME_UNKNOWN'],
    ['is silent', () => undefined, 'CONNECTOR_OUTCOME_UNKNOWN'],
  ])('that %s', async (_what, answer, expected) => {
    side.answer = (_heard, response) => answer(response);
    const chat = connector(shape);
    const failed = await chat.execute(await planOf(chat, notify()), runOf()).catch((error: unknown) => error);
    expect(failed).toEqual(code(expected));
    expect(String(failed)).not.toContain('pl4nted');
    expect(side.heard).toHaveLength(1);
  });
});

it('a message goes to the service itself unless settings say otherwise', async () => {
  for (const url of [
    side.url + PATH,
    'https://hooks.slack.com.evil.example/services/pl4nted',
    'http://hooks.slack.com/x',
    'https://hooks.slack.com/services/pl4nted',
  ]) {
    const chat = connector('slack', url, {});
    // The last is listed, and its name leads to loopback: refused by its address.
    const failed = await chat.execute(await planOf(chat, notify()), runOf()).catch((error: unknown) => error);
    expect(failed, url).toEqual(code('CONNECTOR_REFUSED'));
    expect(String(failed)).not.toContain('pl4nted');
  }
  expect(side.heard).toEqual([]);
});

it('a Slack message has its escaping undone to the same words, and a Teams card holds text in TextRuns only', async () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = slackEscaped(text);
      expect(escaped).not.toMatch(/[<>]/);
      expect(escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')).toBe(text);
    }),
  );
  const teams = connector('teams');
  await teams.execute(await planOf(teams, notify({ subject: '**s**', text: '[a](b)' })), runOf());
  const { body } = sent().attachments[0].content;
  expect(body.map(({ type }: { type: string }) => type)).toEqual(['RichTextBlock', 'RichTextBlock']);
});
