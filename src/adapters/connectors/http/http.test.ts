import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorRoom, onLoopback, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type OtherSide, startOtherSide } from '../../../../test/other-side.ts';
import { code } from '../../../../test/store-backends.ts';
import { httpConnector } from './connector.ts';
import { HttpSettings } from './settings.ts';
import { SecretsInUse } from './text.ts';

const TOKEN = 'pl4nted-"token"/+%';
let side: OtherSide;
const accounts = new Map<string, boolean>();
beforeAll(async () => {
  side = await startOtherSide();
});
afterAll(() => side.close());
beforeEach(() => {
  side.heard.length = 0;
  accounts.clear();
  side.answer = ({ method, path, headers }, response) => {
    const name = decodeURIComponent(path.split('/')[2]?.split('?')[0] ?? '');
    if (headers.authorization !== `Bearer ${TOKEN}`) return response.writeHead(401).end();
    if (method === 'PUT') accounts.set(name, false);
    if (method === 'DELETE') accounts.delete(name);
    return response.end(
      JSON.stringify({ active: accounts.get(name) ?? true, id: `id-${name}`, echo: headers.authorization }),
    );
  };
});

const authorization = { authorization: 'Bearer {{secret:token}}' };
const settings = (changes: Record<string, unknown> = {}) =>
  HttpSettings.parse({
    destinations: onLoopback(side.url),
    protectedTargets: ['root'],
    kinds: {
      disable_account: {
        execute: {
          method: 'PUT',
          url: `${side.url}/accounts/{{target.value}}?why={{parameters.why}}`,
          headers: authorization,
          body: {
            json: {
              user: '{{target.value}}',
              days: '{{parameters.days}}',
              note: 'by {{parameters.why}}',
              token: '{{secret:token}}',
            },
          },
        },
        verify: {
          method: 'GET',
          url: `${side.url}/accounts/{{target.value}}`,
          headers: authorization,
          expect: { status: [200], json: { pointer: '/active', equals: false } },
        },
        undo: { method: 'DELETE', url: `${side.url}/accounts/{{target.value}}`, headers: authorization },
        verifyUndone: {
          method: 'GET',
          url: `${side.url}/accounts/{{target.value}}`,
          headers: authorization,
          expect: { json: { pointer: '/active', equals: true } },
        },
        keep: { id: '/id', echo: '/echo' },
      },
    },
    ...changes,
  });
const connector = (changes: Record<string, unknown> = {}, secrets: Record<string, string> = { token: TOKEN }) =>
  httpConnector(settings(changes), connectorRoom(secrets));
const order = (value: string, why: unknown = 'policy', days: unknown = 3) =>
  orderOf('disable_account', value, { why, days });

describe('an action', () => {
  it('is done, seen, undone and seen to be undone', async () => {
    const http = connector();
    const plan = await planOf(http, order('bob'));
    expect(plan.undo).toBe(`DELETE ${side.url}/accounts/bob`);
    expect(side.heard).toEqual([]);
    expect(await http.verify(plan, null, runOf())).toMatchObject({ outcome: 'no' });
    const receipt = await http.execute(plan, runOf());
    expect(receipt).toEqual({ status: 200, origin: side.url, kept: { id: 'id-bob', echo: 'Bearer [secret]' } });
    expect(await http.verify(plan, receipt, runOf())).toMatchObject({ outcome: 'yes' });
    expect(await http.verifyUndone(plan, receipt, runOf())).toMatchObject({ outcome: 'no' });
    await http.undo(plan, receipt, runOf());
    expect(await http.verifyUndone(plan, receipt, runOf())).toMatchObject({ outcome: 'yes' });
    expect(http.repeatable).toBe(true);
    const put = side.heard.find(({ method }) => method === 'PUT');
    expect(JSON.parse(put?.body ?? '')).toEqual({ user: 'bob', days: 3, note: 'by policy', token: TOKEN });
  });

  it('tells a shut door from an effect that is not there', async () => {
    const http = connector();
    const plan = await planOf(http, order('bob'));
    for (const [status, outcome] of [
      [404, 'no'],
      [410, 'no'],
      [401, 'unknown'],
      [500, 'unknown'],
      [429, 'unknown'],
    ] as const) {
      side.answer = (_heard, response) => response.writeHead(status).end();
      expect(await http.verify(plan, null, runOf()), String(status)).toMatchObject({ outcome });
    }
    side.answer = (_heard, response) => response.end('no JSON at all');
    expect(await http.verify(plan, null, runOf())).toMatchObject({ outcome: 'unknown' });
  });

  it('that cannot be looked at is unknown, and one without undo is not undone', async () => {
    const { execute } = settings().kinds.disable_account ?? {};
    const http = connector({ kinds: { call_http: { execute: { ...execute, method: 'POST' } } } });
    const plan = await planOf(http, { ...order('bob'), kind: 'call_http' });
    expect(plan.undo).toBeNull();
    expect(await http.verify(plan, null, runOf())).toMatchObject({ outcome: 'unknown' });
    await expect(http.undo(plan, null, runOf())).rejects.toThrow(code('CONNECTOR_ORDER_INVALID'));
    expect(http.repeatable).toBe(false);
  });

  it('carries the key of its execution where the other side counts by one', async () => {
    const { execute } = settings().kinds.disable_account ?? {};
    const http = connector({
      kinds: { call_http: { execute: { ...execute, method: 'POST' }, idempotencyHeader: 'Idempotency-Key' } },
    });
    await http.execute(await planOf(http, { ...order('bob'), kind: 'call_http' }), runOf({ key: 'a1:do' }));
    expect(side.heard.map(({ headers }) => headers['idempotency-key'])).toEqual(['a1:do']);
    expect(http.repeatable).toBe(true);
  });

  it.each([
    [400, 'CONNECTOR_REFUSED'],
    [401, 'CONNECTOR_REFUSED'],
    [429, 'CONNECTOR_UNREACHABLE'],
    [503, 'CONNECTOR_UNREACHABLE'],
    [500, 'CONNECTOR_UNREACHABLE'],
  ])('answered with %i is %s', async (status, expected) => {
    const http = connector();
    const plan = await planOf(http, order('bob'));
    side.answer = ({ headers }, response) => response.writeHead(status).end(JSON.stringify(headers));
    const failed = await http.execute(plan, runOf()).catch((error: unknown) => error);
    expect(failed).toEqual(code(expected));
    expect(String(failed)).not.toContain('pl4nted');
  });

  it('does not touch a protected target, whatever its case', async () => {
    await expect(connector().survey(order('ROOT'), runOf().signal)).rejects.toThrow(code('CONNECTOR_PROTECTED'));
  });

  it('names the secret that is missing', async () => {
    const http = connector({}, {});
    await expect(http.execute(await planOf(http, order('bob')), runOf())).rejects.toThrow(/no secret token/);
    expect(side.heard).toEqual([]);
  });
});

describe('a hostile value', () => {
  it('stays inside its place in path, query and body, whatever it is', async () => {
    const http = connector();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        async (value, why) => {
          fc.pre(
            !['.', '..', 'root'].includes(value.toLowerCase()) && ![value, why].some((text) => text.includes('\0')),
          );
          const plan = await planOf(http, order(value, why));
          side.heard.length = 0;
          await http.execute(plan, runOf());
          const [heard] = side.heard;
          const url = new URL(heard?.path ?? '', side.url);
          expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'accounts', value]);
          expect([...url.searchParams.keys()]).toEqual(['why']);
          expect(decodeURIComponent(url.search.slice('?why='.length))).toBe(why);
          expect(JSON.parse(heard?.body ?? '')).toEqual({ user: value, days: 3, note: `by ${why}`, token: TOKEN });
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    '{{secret:token}}',
    '{{parameters.why}}',
    '{{target.value}}',
    '{{',
    '{{secret:other}}',
    '","token":"x',
    '</script>',
  ])('%s is text and never a template', async (value) => {
    const http = connector();
    const plan = await planOf(http, order(value, value));
    expect(JSON.stringify(plan)).not.toContain('pl4nted');
    await http.execute(plan, runOf());
    const body = JSON.parse(side.heard[0]?.body ?? '');
    expect(body).toMatchObject({ user: value, note: `by ${value}` });
    expect(decodeURIComponent(side.heard[0]?.path ?? '')).toContain(value);
  });

  it.each(['.', '..', '', 'a\0b', '\ud800', 'x'.repeat(5000)])(
    '%j is refused before anything is sent',
    async (value) => {
      await expect(connector().survey(order(value), runOf().signal)).rejects.toThrow(code('CONNECTOR_ORDER_INVALID'));
    },
  );

  it.each([[{ a: 1 }], [['x']], [null], [Number.NaN]])('a parameter %j is refused', async (why) => {
    await expect(connector().survey(order('bob', why), runOf().signal)).rejects.toThrow(
      code('CONNECTOR_ORDER_INVALID'),
    );
  });

  it.each(['a\r\nx-evil: 1', 'a\nb', 'a\rb', 'ü', '\x7f'])('%j adds no line to a header', async (value) => {
    const { execute } = settings().kinds.disable_account ?? {};
    const http = connector({
      kinds: { call_http: { execute: { ...execute, headers: { 'x-user': '{{target.value}}' } } } },
    });
    await expect(http.survey({ ...order(value), kind: 'call_http' }, runOf().signal)).rejects.toThrow(
      code('CONNECTOR_ORDER_INVALID'),
    );
  });

  it('in a form stays one field', async () => {
    const http = connector({
      kinds: {
        call_http: {
          execute: {
            method: 'POST',
            url: `${side.url}/accounts/x`,
            headers: authorization,
            body: { form: { user: '{{target.value}}', k: '{{secret:token}}' } },
          },
        },
      },
    });
    const plan = await planOf(http, { ...order('a&b=c d+%'), kind: 'call_http' });
    await http.execute(plan, runOf());
    expect(side.heard[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(side.heard[0]?.body)]).toEqual([
      ['user', 'a&b=c d+%'],
      ['k', TOKEN],
    ]);
  });

  it('in a secret adds no header either', async () => {
    const http = connector({}, { token: 'a\r\nx-evil: 1' });
    await expect(http.execute(await planOf(http, order('bob')), runOf())).rejects.toThrow(
      code('CONNECTOR_ORDER_INVALID'),
    );
    expect(side.heard).toEqual([]);
  });
});

describe('a template', () => {
  const withUrl = (url: string) => ({ kinds: { call_http: { execute: { method: 'GET', url } } } });
  it.each([
    ['a value for a host', 'https://{{target.value}}/x'],
    ['a value after the host', 'https://api.example.org{{target.value}}'],
    ['a value for a port', 'https://api.example.org:{{target.value}}/'],
    ['a value for a user', 'https://{{target.value}}@api.example.org/'],
    ['a user', 'https://u:p@api.example.org/'],
    ['a secret in the address', 'https://api.example.org/{{secret:token}}'],
    ['a fragment', 'https://api.example.org/#x'],
    ['another name', 'https://api.example.org/{{env.HOME}}'],
    ['logic', 'https://api.example.org/{{#each x}}'],
    ['an open end', 'https://api.example.org/{{target.value'],
  ])('with %s is refused when it is made', (_what, url) => {
    expect(() => connector(withUrl(url))).toThrow(code('CONNECTOR_TEMPLATE_BAD'));
  });

  it('that holds a secret itself is refused', () => {
    const execute = { method: 'GET', url: `${side.url}/x`, headers: { Authorization: 'Bearer abc' } };
    expect(() => connector({ kinds: { call_http: { execute } } })).toThrow(code('CONNECTOR_TEMPLATE_BAD'));
  });

  it.each([{ host: 'evil' }, { 'Content-Length': '3' }, { 'x y': 'z' }])('with the header %j is refused', (headers) => {
    const execute = { method: 'GET', url: `${side.url}/x`, headers };
    expect(
      HttpSettings.safeParse({ destinations: onLoopback(side.url), kinds: { call_http: { execute } } }).success,
    ).toBe(false);
  });

  it('deeper than it may be is refused before it is walked', () => {
    const json = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    const execute = { method: 'POST', url: `${side.url}/x`, body: { json } };
    expect(
      HttpSettings.safeParse({ destinations: onLoopback(side.url), kinds: { call_http: { execute } } }).success,
    ).toBe(false);
  });
});

it('cleans any text of a secret in each form an echo has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 8 }), async (value) => {
      const inUse = new SecretsInUse({ read: async () => value }, 'acme');
      await inUse.value('x');
      const bytes = Buffer.from(value);
      for (const form of [
        value,
        JSON.stringify(value),
        encodeURIComponent(value),
        bytes.toString('base64'),
        bytes.toString('hex'),
      ])
        expect(inUse.clean(`<${form}>`)).not.toContain(form.replace(/^"|"$|=+$/g, ''));
    }),
  );
});
