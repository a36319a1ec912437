import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lensOf } from '../../../lenses/index.ts';
import { type BodyReading, readEvents, readLines } from './body.ts';

const reading: BodyReading = {
  eventBytes: 1024 * 1024,
  events: 10_000,
  keptBytes: 64 * 1024 * 1024,
  depth: 100,
  receivedAt: Date.UTC(2024, 4, 1),
};
const events = (text: string, more: Partial<BodyReading> = {}) =>
  readEvents(Buffer.from(text), {}, { ...reading, ...more });
const records = (text: string) => events(text).records.map(({ record }) => record);

describe('bodies of the event endpoint', () => {
  const wanted = [
    { message: 'a', hec: {} },
    { message: 'b', hec: {} },
    { message: 'c', hec: {} },
  ];

  test.each([
    '{"event":"a"}{"event":"b"}{"event":"c"}',
    '{"event":"a"}\n{"event":"b"}\r\n\r\n {"event":"c"}\n',
    '[{"event":"a"},{"event":"b"},{"event":"c"}]',
    '{"event":"a"} [{"event":"b"}]\n{"event":"c"}',
    '{"event":"a"},{"event":"b"},{"event":"c"}',
  ])('%s', (body) => {
    expect(records(body)).toEqual(wanted);
  });

  test('an event that is an object is the record, its text unchanged, with the envelope beside it', () => {
    const winlog =
      '{"winlog":{"event_id":4624,"channel":"Security","record_id":9007199254740993,"computer_name":"WS1"}, "@timestamp" : "2024-05-01T10:00:00Z"}';
    const { records: read } = events(
      `{"time":1714557600.123,"host":"fwd","source":"s","sourcetype":"st","index":"main","fields":{"env":"prod","n":[1,2]},"event": ${winlog} }`,
    );
    const [first] = read;
    if (first === undefined) throw new Error('no record');
    expect(lensOf(first.record).name).toBe('winlogbeat7');
    expect(first.raw).toBe(
      `${winlog.slice(0, -1)},"hec":{"time":1714557600.123,"host":"fwd","source":"s","sourcetype":"st","index":"main","fields":{"env":"prod","n":[1,2]}}}`,
    );
    // The record's own time and host stand; the forwarder's are in the envelope only.
    expect(lensOf(first.record).time(first.record)).toBe(Date.UTC(2024, 4, 1, 10));
    expect(first.record.host).toBeUndefined();
  });

  test('a record that has no time and no host takes the envelope’s', () => {
    const [first, second] = records(
      '{"time":"1714557600.5","host":"WEB01","event":"GET / 200"}{"time":1714557600,"host":"web02","event":{"action":"login","user":"ana"}}',
    );
    expect(first).toMatchObject({ message: 'GET / 200', host: 'WEB01', '@timestamp': '2024-05-01T10:00:00.500Z' });
    expect(second).toMatchObject({ action: 'login', host: 'web02', '@timestamp': '2024-05-01T10:00:00.000Z' });
    if (second === undefined) throw new Error('no record');
    expect(lensOf(second).activity(second)).toMatchObject({ host: 'web02', user: 'ana', action: 'login' });
  });

  test('a text is read for what it holds: JSON, Windows XML, an envelope of records', () => {
    const xml = `<Event xmlns='x'><System><Provider Name='p'/><EventID>4688</EventID><Channel>Security</Channel><Computer>WS1</Computer></System></Event>`;
    const trail = { eventVersion: '1.08', eventName: 'CreateUser', eventSource: 'iam.amazonaws.com', eventID: 'e1' };
    const read = records(
      [
        { event: JSON.stringify(trail) },
        { event: xml },
        { event: { Records: [trail, trail] } },
        { event: 7 },
        { event: ['a'] },
      ]
        .map((one) => JSON.stringify(one))
        .join(''),
    );
    expect(read.map((record) => lensOf(record).name)).toEqual([
      'cloudtrail',
      'evtx',
      'cloudtrail',
      'cloudtrail',
      'generic',
      'generic',
    ]);
    expect(read.slice(4)).toEqual([
      { message: '7', hec: {} },
      { message: '["a"]', hec: {} },
    ]);
  });

  test.each([
    ['', 5, 0, 0],
    [' \n ', 5, 0, 0],
    ['[]', 5, 0, 0],
    ['{"event":"a"}{"event":"b"', 6, 1, 1],
    ['{"event":"a"}{"event":}', 6, 1, 1],
    ['{"event":"a"} x', 6, 1, 1],
    ['"event"', 6, 0, 0],
    ['{"event":"a"}{"host":"h"}{"event":"c"}', 12, 1, 1],
    ['{"event":null}', 12, 0, 0],
    ['{"event":"a"}{"event":"b"}{"event":""}', 13, 2, 2],
    ['{"event":"a","fields":{"a":{"b":1}}}', 15, 0, 0],
    ['{"event":"a","fields":[1]}', 15, 0, 0],
  ])('%j: code %i at event %i, after %i taken', (body, code, at, taken) => {
    const read = events(body);
    expect(read.fault).toEqual({ code, at });
    expect(read.records).toHaveLength(taken);
  });

  test('limits: an event, events of a request, depth', () => {
    expect(events(`{"event":"a"}{"event":"${'x'.repeat(200)}"}`, { eventBytes: 100 }).fault).toEqual({
      code: 27,
      at: 1,
    });
    expect(events('{"event":"a"}{"event":"b"}', { events: 1 }).fault).toEqual({ code: 27, at: 1 });
    const host = { host: 'h'.repeat(500) };
    const lines = readLines(Buffer.from('a\n'.repeat(1000)), host, { ...reading, keptBytes: 100_000 });
    expect(lines.fault?.code).toBe(27);
    expect(lines.records.length).toBeLessThan(200);
    expect(events(`{"event":${'['.repeat(200)}${']'.repeat(200)}}`).fault).toEqual({ code: 6, at: 0 });
    // As a text it is kept, unread.
    const deep = `{"a":${'['.repeat(200)}${']'.repeat(200)}}`;
    expect(records(JSON.stringify({ event: deep }))).toEqual([{ message: deep, hec: {} }]);
  });

  test('names that are written with escapes, or twice, count as they do for JSON', () => {
    expect(events('{"\\u0065vent":{"a":1}}').records[0]).toMatchObject({ record: { a: 1 }, raw: '{"a":1,"hec":{}}' });
    expect(events('{"event":{"a":1},"event":{"a":2}}').records[0]).toMatchObject({
      record: { a: 2 },
      raw: '{"a":2,"hec":{}}',
    });
    expect(events('{"event":{"a":1},"\\u0065vent":{"a":2}}').records[0]).toMatchObject({
      record: { a: 2 },
      raw: '{"a":2,"hec":{}}',
    });
    expect(events('{"event":{}}').records[0]).toMatchObject({ record: { hec: {} }, raw: '{"hec":{}}' });
  });
});

test('the raw endpoint: a line an event, empty ones none, Windows XML to its end tag', () => {
  const xml = (id: number) =>
    `<Event xmlns='x'>\n<System><Provider Name='p'/>\n<EventID>${id}</EventID><Channel>Security</Channel></System>\n</Event>`;
  const body = `one\r\n\n  two\n${xml(1)}${xml(2)}\n{"eventName":"X","eventSource":"y","awsRegion":"z"}\n<Event never closed\nlast`;
  const { records: read, fault } = readLines(Buffer.from(body), { host: 'h1', sourcetype: 'st' }, reading);
  expect(fault).toBeUndefined();
  expect(read.map(({ record }) => [lensOf(record).name, record.message])).toEqual([
    ['generic', 'one'],
    ['generic', '  two'],
    ['evtx', undefined],
    ['evtx', undefined],
    ['cloudtrail', undefined],
    ['generic', '<Event never closed'],
    ['generic', 'last'],
  ]);
  expect(read[0]?.record).toEqual({ message: 'one', host: 'h1', hec: { host: 'h1', sourcetype: 'st' } });
  expect(readLines(Buffer.from('\n \n'), {}, reading).fault?.code).toBe(5);
});

describe('whatever is sent', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const object = fc.dictionary(
    fc.oneof(fc.constantFrom('event', 'time', 'host', 'fields', 'a\\', '"'), fc.string({ maxLength: 4 })),
    json,
    { maxKeys: 5 },
  );

  test('objects come back as JSON.parse has them, whatever stands between', () => {
    const gap = fc.constantFrom('', ' ', '\n', ',', '\r\n', '][');
    fc.assert(
      fc.property(fc.array(fc.tuple(object, gap, fc.constantFrom(0, 2)), { minLength: 1, maxLength: 6 }), (sent) => {
        const good = sent.map(
          ([one, between, indent]) => [{ ...one, event: { n: one }, fields: {} }, between, indent] as const,
        );
        const body = good.map(([one, between, indent]) => JSON.stringify(one, null, indent) + between).join('');
        const read = events(body);
        expect(read.fault).toBeUndefined();
        expect(read.records.map(({ record }) => record.n)).toEqual(
          good.map(([one]) => JSON.parse(JSON.stringify(one.event.n))),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('every record’s text is its record', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 5 }), (sent) => {
        for (const { record, raw } of events(sent.map((one) => JSON.stringify(one)).join('')).records)
          expect(JSON.parse(raw.toString())).toEqual(JSON.parse(JSON.stringify(record)));
      }),
      { numRuns: 500 },
    );
  });

  test('damage is answered with a code, never thrown', () => {
    const cut = fc.tuple(fc.array(object, { minLength: 1, maxLength: 4 }), fc.nat(), fc.uint8Array({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), cut), (made) => {
        let bytes: Buffer;
        if (made instanceof Uint8Array) bytes = Buffer.from(made);
        else {
          const whole = Buffer.from(made[0].map((one) => JSON.stringify(one)).join(''));
          const at = made[1] % (whole.length + 1);
          bytes = Buffer.concat([whole.subarray(0, at), made[2], whole.subarray(at + made[2].length)]);
        }
        for (const read of [readEvents(bytes, {}, reading), readLines(bytes, {}, reading)])
          if (read.fault !== undefined) expect([5, 6, 12, 13, 15, 27]).toContain(read.fault.code);
      }),
      { numRuns: 2000 },
    );
  });

  test('time grows with the bytes, not with their square', () => {
    const began = performance.now();
    const length = 1024 * 1024;
    for (const body of [
      '\\'.repeat(length),
      `{"${'\\"'.repeat(length / 2)}`,
      '{"a":'.repeat(length / 5),
      '<Event>'.repeat(length / 7),
      '<Event>\n'.repeat(length / 8),
      '{'.repeat(length),
      '"'.repeat(length),
    ]) {
      readEvents(Buffer.from(body), {}, { ...reading, eventBytes: length * 2, events: length });
      readLines(Buffer.from(body), {}, { ...reading, eventBytes: length * 2, events: length });
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
