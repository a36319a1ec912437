import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bulkAnswer } from '../../src/ingest/doors/bulk/answer.ts';
import { filterPath } from '../../src/ingest/doors/bulk/filter-path.ts';
import { type BulkItem, readBulk } from '../../src/ingest/doors/bulk/read-bulk.ts';
import { defaultHttpLimits } from '../../src/ingest/http/limits.ts';
import { BridgewatchError } from '../../src/kernel/errors.ts';

const limits = { ...defaultHttpLimits, eventBytes: 300, depth: 5 };
const name = fc.constantFrom('a', 'logs-app', 'ünïcode', '_x');
const about = fc.record({ _index: name, _id: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }) });
const document = fc.oneof(
  fc
    .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
    .map((value) => JSON.stringify(value)),
  fc.jsonValue({ maxDepth: 7 }).map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
);
const step = fc.record({ verb: fc.constantFrom('index', 'create', 'update', 'delete'), about, document });

/** The slow way, on strings: what an item's status must be, and which documents are kept. */
function oracle(verb: string, id: string | undefined, text: string): number {
  if (verb === 'update' || verb === 'delete' || id === '') return 400;
  if (Buffer.byteLength(trimEnd(text)) > limits.eventBytes) return 413;
  try {
    const value: unknown = JSON.parse(text);
    const isDocument = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isDocument && depth(value) <= limits.depth ? 201 : 400;
  } catch {
    return 400;
  }
}
const trimEnd = (text: string): string => text.replace(/[\0- ]+$/, '');
const depth = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;

test('a bulk body is read as line by line on strings: every item’s status, every document kept byte for byte', async () => {
  const layout = fc.record({
    end: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    blank: fc.constantFrom('', '\n', ' \r\n'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), layout, async (steps, { end, last, blank }) => {
      const parts = steps.map(({ verb, about: named, document: text }) => {
        const action = JSON.stringify({ [verb]: named });
        return blank + action + end + (verb === 'delete' ? '' : text + end);
      });
      const whole = parts.join('');
      // Without its last newline a last document that is blank is no line any more.
      const text = last || /^[\0- ]*$/.test(steps.at(-1)?.document ?? '') ? whole : whole.slice(0, -end.length);
      const { items, records } = await readBulk(Buffer.from(text), undefined, limits);
      const expected = steps.map((one) => oracle(one.verb, one.about._id, one.document));
      expect(items.map(({ fault }) => fault?.status ?? 201)).toEqual(expected);
      expect(items.map(({ action }) => [action.verb, action.index, action.id])).toEqual(
        steps.map(({ verb, about: named }) => [verb, named._index, named._id]),
      );
      const kept = steps.filter((_, at) => expected[at] === 201);
      expect(records.map(({ raw }) => raw.toString())).toEqual(kept.map((one) => trimEnd(one.document)));
      expect(records.map(({ nativeId }) => nativeId)).toEqual(kept.map(({ about: { _id } }) => _id));
    }),
  );
});

test('bytes that are no bulk body are refused with a code, never with anything else', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        '{"create":{}}\n',
        '{"index":{"_index":"a"}}\n',
        '{}\n',
        '\n',
        '{"create":null}\n',
        '[]\n',
        '{"a":{"_id":{}}}\n',
      )
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
      try {
        const { items, records } = await readBulk(Buffer.concat(pieces), 'a', limits);
        expect(records.length).toBe(items.filter(({ fault }) => fault === undefined).length);
      } catch (error) {
        expect(error).toBeInstanceOf(BridgewatchError);
        expect((error as BridgewatchError).status).toBe(400);
      }
    }),
  );
});

test('the answer is JSON, whatever is named in it, and a filter leaves of it what it says', () => {
  const fault = { status: 400, type: 't', message: 'r "quoted"', code: 'INGEST_INVALID_JSON' } as const;
  const item: fc.Arbitrary<BulkItem> = fc.record({
    action: fc.record({
      verb: fc.constantFrom('index', 'create'),
      index: fc.string(),
      id: fc.option(fc.string(), { nil: undefined }),
    }),
    fault: fc.constantFrom(undefined, fault),
  });
  const member = fc.constantFrom('_index', '_id', '_version', 'result', 'status', 'error', '_shards');
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), fc.array(member, { minLength: 1 }), (items, members) => {
      const whole = JSON.parse(bulkAnswer(items, 3, (at) => `n${at}`, filterPath(undefined)));
      expect(whole).toMatchObject({ took: 3, errors: items.some((one) => one.fault !== undefined) });
      const filtered = JSON.parse(
        bulkAnswer(items, 3, (at) => `n${at}`, filterPath(members.map((one) => `items.*.${one}`).join(','))),
      );
      const expected = whole.items.flatMap((one: Record<string, Record<string, unknown>>) => {
        const [[verb, value] = ['', {}]] = Object.entries(one);
        const left = Object.entries(value).filter(([key]) => (members as string[]).includes(key));
        return left.length === 0 ? [] : [{ [verb]: Object.fromEntries(left) }];
      });
      expect(filtered).toEqual(expected.length === 0 && items.length > 0 ? {} : { items: expected });
    }),
  );
});
