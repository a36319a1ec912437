import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDoor, openDoors, TOKEN } from '../../../../test/support/ingest-door.ts';
import { bulkDoor } from './index.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoors([bulkDoor], { limits: { eventBytes: 2000, events: 50 } });
});
afterAll(() => door.http.close());

interface Item {
  readonly _index?: string;
  readonly _id?: string;
  readonly status?: number;
  readonly error?: { readonly type: string; readonly reason: string };
}
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { errors?: boolean; items?: Record<string, Item>[]; error?: { type: string; reason: string } };
}

async function call(path: string, body: string | Buffer, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: door.authorization, 'content-type': 'application/x-ndjson' };
  const response = await fetch(door.http.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
    ...init,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

const lines = (...values: readonly (object | string)[]): string =>
  values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');
const outcome = (items: Record<string, Item>[] = []) =>
  items.map((item) =>
    Object.entries(item).flatMap(([verb, { _index, status, error }]) => [verb, _index, status, error?.type]),
  );

test('items answer for themselves, in order; a bad one costs the others nothing', async () => {
  const before = door.kept().length;
  const { status, body } = await call(
    '/fallback/_bulk',
    lines(
      { index: { _index: 'a', _id: '1' } },
      { host: 'h', n: 1 },
      { create: {} },
      '{"broken": ',
      { update: { _id: '1' } },
      { doc: { n: 2 } },
      { delete: { _id: '1' } },
      { create: { _index: 'b' } },
      '[1]',
      { create: { _index: 'b' } },
      { host: 'h', text: 'x'.repeat(2000) },
      { create: { _index: 'b' } },
      `{"host":"h","deep":${'['.repeat(120)}${']'.repeat(120)}}`,
      { create: { _index: 'b' } },
      { host: 'h', n: 3 },
    ),
  );
  expect(status).toBe(200);
  expect(body.errors).toBe(true);
  expect(outcome(body.items)).toEqual([
    ['index', 'a', 201, undefined],
    ['create', 'fallback', 400, 'mapper_parsing_exception'],
    ['update', 'fallback', 400, 'action_request_validation_exception'],
    ['delete', 'fallback', 400, 'action_request_validation_exception'],
    ['create', 'b', 400, 'mapper_parsing_exception'],
    ['create', 'b', 413, 'illegal_argument_exception'],
    ['create', 'b', 400, 'mapper_parsing_exception'],
    ['create', 'b', 201, undefined],
  ]);
  expect(body.items?.[0]?.index?._id).toBe('1');
  const kept = door.kept().slice(before);
  expect(kept.map(({ text }) => JSON.parse(text).n)).toEqual([1, 3]);
  expect(door.counts()?.rejected).toMatchObject({
    INGEST_INVALID_JSON: 1,
    INGEST_APPEND_ONLY: 2,
    INGEST_NOT_AN_OBJECT: 1,
    INGEST_RECORD_TOO_LONG: 1,
    INGEST_RECORD_TOO_DEEP: 1,
  });
});

test.each([
  ['no JSON', 'nonsense\n{}\n'],
  ['an unknown action', lines({ upsert: { _index: 'a' } }, {})],
  ['no object', lines({ create: 'a' }, {})],
  ['no index anywhere', lines({ create: {} }, {})],
  ['a document that is missing', lines({ create: { _index: 'a' } }, { n: 1 }, { create: { _index: 'a' } })],
  ['too many events', lines(...Array.from({ length: 51 }, () => [{ create: { _index: 'a' } }, { n: 1 }]).flat())],
  ['nothing', '\n\n'],
])('a body with %s is refused as a whole: nothing of it is taken', async (_name, text) => {
  const before = door.kept().length;
  const { status, body } = await call('/_bulk', text);
  expect([400, 413]).toContain(status);
  expect(body.error?.reason).toMatch(/^INGEST_/);
  expect(door.kept().length).toBe(before);
});

test('documents are kept byte for byte: numbers, spaces, CRLF ends; only bytes that are no UTF-8 change', async () => {
  const before = door.kept().length;
  const document = '{ "host":"h", "n": 1.50, "big": 12345678901234567890, "e":"\\u00e9\u00e9" }';
  const broken = Buffer.concat([Buffer.from('{"host":"h","b":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  const action = Buffer.from('{"create":{"_index":"a"}}\r\n');
  const body = Buffer.concat([action, Buffer.from(`${document}\r\n\r\n`), action, broken]);
  expect((await call('/_bulk', body)).body.errors).toBe(false);
  const [first, second] = door.kept().slice(before);
  expect(first?.text).toBe(document);
  expect(second?.text).toBe('{"host":"h","b":"\ufffd\ufffd"}');
});

test('filter_path leaves out what is not asked for', async () => {
  const body = lines({ create: { _index: 'a', _id: 'x' } }, { n: 1 }, { create: { _index: 'a' } }, 'no');
  const answers = async (path: string) => (await call(`/_bulk?filter_path=${path}`, body)).body;
  expect(await answers('errors,items.*.status')).toEqual({
    errors: true,
    items: [{ create: { status: 201 } }, { create: { status: 400 } }],
  });
  expect(await answers('items.*.error')).toEqual({ items: [{ create: { error: expect.anything() } }] });
  expect(await answers('items.create._i*,-items.*._index')).toEqual({
    items: [{ create: { _id: 'x' } }, { create: { _id: expect.any(String) } }],
  });
  expect(await answers('errors')).toEqual({ errors: true });
  expect(Object.keys(await answers('-items'))).toEqual(['took', 'errors']);
  expect(Object.keys((await answers('**.error')).items?.[0]?.create ?? {})).toEqual(['error']);
});

test('a body sent again gives the same ids; an _id names a record wherever it comes; the record’s own id wins', async () => {
  const send = async (...values: readonly (object | string)[]): Promise<string[]> => {
    const before = door.kept().length;
    await call('/_bulk', lines(...values));
    return door
      .kept()
      .slice(before)
      .map(({ id }) => id);
  };
  const pair = [{ create: { _index: 'a' } }, { n: 1 }, { create: { _index: 'a' } }, { n: 1 }];
  const [one, other] = await send(...pair);
  expect(one).not.toBe(other);
  expect(await send(...pair)).toEqual([one, other]);
  const [named] = await send({ create: { _index: 'a', _id: 'k' } }, { n: 7 });
  expect(await send({ index: { _index: 'b', _id: 'k' } }, { n: 7 }, ...pair.slice(2))).toContain(named);
  expect(await send({ index: { _index: 'b', _id: 'l' } }, { n: 7 })).not.toContain(named);
  const own = {
    eventID: 'e-1',
    eventVersion: '1.08',
    eventSource: 's3.amazonaws.com',
    eventName: 'Get',
    eventTime: '2026-11-25T07:00:00Z',
    userIdentity: {},
  };
  const [first] = await send({ create: { _index: 'a', _id: 'p' } }, own);
  expect(await send({ create: { _index: 'a', _id: 'q' } }, own)).toEqual([first]);
});

test('what shippers ask first is answered, with the token only', async () => {
  const paths = [
    ['GET', '/'],
    ['HEAD', '/'],
    ['GET', '/_license?human=false'],
    ['GET', '/_xpack'],
    ['GET', '/_cluster/health'],
    ['GET', '/_nodes/http'],
    ['GET', '/_ilm/policy/filebeat'],
    ['PUT', '/_ilm/policy/filebeat'],
    ['HEAD', '/_index_template/filebeat-8.19.0'],
    ['PUT', '/_index_template/filebeat-8.19.0'],
    ['HEAD', '/_component_template/x'],
    ['GET', '/_data_stream/filebeat-8.19.0'],
    ['PUT', '/_data_stream/filebeat-8.19.0'],
    ['GET', '/_ingest/pipeline/x'],
    ['GET', '/_cat/templates/x'],
    ['HEAD', '/index-a'],
    ['PUT', '/index-a'],
  ] as const;
  for (const [method, path] of paths) {
    const authorization = `Basic ${Buffer.from(`elastic:${TOKEN}`).toString('base64')}`;
    const init = { method, ...(method === 'PUT' ? { body: '{}' } : {}) };
    const known = await fetch(door.http.url + path, { ...init, headers: { authorization } });
    expect([path, known.status, known.headers.get('x-elastic-product')]).toEqual([path, 200, 'Elasticsearch']);
    const unknown = await fetch(door.http.url + path, init);
    expect([path, unknown.status]).toEqual([path, 401]);
  }
});
