import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { lensOf } from '../../../lenses/index.ts';
import { readJson } from './json.ts';
import { readProtobuf } from './protobuf.ts';
import { RequestReader, type RequestReading } from './request.ts';

/** The sender's side, from OpenTelemetry's definitions (opentelemetry-proto 1.x), independent of what the door has of them. */
const proto = protobuf
  .parse(`
  syntax = "proto3";
  message Request { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
  message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
    repeated KeyValue attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10;
    fixed64 observed_time_unix_nano = 11; string event_name = 12; string of_the_future = 99; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
`)
  .root.lookupType('Request');

const reading: RequestReading = {
  eventBytes: 1024 * 1024,
  events: 10_000,
  keptBytes: 64 * 1024 * 1024,
  depth: 100,
  receivedAt: Date.UTC(2024, 4, 1),
};

function fromJson(body: Buffer | string, more: Partial<RequestReading> = {}) {
  const reader = new RequestReader({ ...reading, ...more });
  readJson(Buffer.from(body), reader);
  return reader.result;
}

function fromProtobuf(body: Uint8Array, more: Partial<RequestReading> = {}) {
  const reader = new RequestReader({ ...reading, ...more });
  readProtobuf(Buffer.from(body), reader);
  return reader.result;
}

const hexToBase64 = (hex: unknown) => Buffer.from(String(hex ?? ''), 'hex').toString('base64');

/** OTLP's JSON writes ids in hex where protobuf's own has Base64. */
function encode(request: Request): Uint8Array {
  const resourceLogs = request.resourceLogs.map((one) => ({
    ...one,
    scopeLogs: one.scopeLogs.map((scope) => ({
      ...scope,
      logRecords: scope.logRecords.map((record) => ({
        ...record,
        traceId: hexToBase64(record.traceId),
        spanId: hexToBase64(record.spanId),
      })),
    })),
  }));
  return proto.encode(proto.fromObject({ resourceLogs })).finish();
}

interface Request {
  readonly resourceLogs: readonly {
    readonly resource?: object;
    readonly scopeLogs: readonly {
      readonly scope?: object;
      readonly logRecords: readonly Readonly<Record<string, unknown>>[];
    }[];
  }[];
}

const string = (value: string) => ({ stringValue: value });
const pair = (key: string, value: object) => ({ key, value });
const one = (logRecord: Readonly<Record<string, unknown>>, resource: object[] = []): Request => ({
  resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ logRecords: [logRecord] }] }],
});
const only = (request: Request) => {
  const [first] = fromJson(JSON.stringify(request)).records;
  if (first === undefined) throw new Error('no record');
  return first.record;
};

describe('a log record', () => {
  test('under ECS names, with everything as sent beside it', () => {
    const record = only({
      resourceLogs: [
        {
          resource: {
            attributes: [
              pair('host.name', string('WEB01')),
              pair('os.type', string('linux')),
              pair('service.name', string('shop')),
              pair('k8s.pod.name', string('shop-1')),
            ],
          },
          scopeLogs: [
            {
              scope: { name: 'lib', version: '1.2' },
              logRecords: [
                {
                  timeUnixNano: '1714557600123456789',
                  observedTimeUnixNano: '1714557601000000000',
                  severityNumber: 9,
                  severityText: 'INFO',
                  eventName: 'process.started',
                  body: string('started'),
                  traceId: '5B8EFFF798038103D269B633813FC60C',
                  spanId: 'eee19b7ec3c1b174',
                  flags: 1,
                  attributes: [
                    pair('process.executable.path', string('/usr/bin/curl')),
                    pair('process.command_line', string('curl http://x')),
                    pair('process.pid', { intValue: '4711' }),
                    pair('process.parent_pid', { intValue: 1 }),
                    pair('process.owner', string('ana')),
                    pair('client.address', string('10.0.0.7')),
                    pair('server.address', string('x.example')),
                    pair('log.record.uid', string('01HWX')),
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(record).toEqual({
      '@timestamp': '2024-05-01T10:00:00.123456789Z',
      host: { name: 'WEB01', os: { type: 'linux' } },
      service: { name: 'shop' },
      process: { executable: '/usr/bin/curl', command_line: 'curl http://x', pid: 4711, parent: { pid: 1 } },
      user: { name: 'ana' },
      client: { ip: '10.0.0.7' },
      server: { domain: 'x.example' },
      log: { level: 'INFO', record: { uid: '01HWX' } },
      event: { action: 'process.started' },
      trace: { id: '5b8efff798038103d269b633813fc60c' },
      span: { id: 'eee19b7ec3c1b174' },
      message: 'started',
      otel: {
        resource: { 'host.name': 'WEB01', 'os.type': 'linux', 'service.name': 'shop', 'k8s.pod.name': 'shop-1' },
        attributes: {
          'process.executable.path': '/usr/bin/curl',
          'process.command_line': 'curl http://x',
          'process.pid': 4711,
          'process.parent_pid': 1,
          'process.owner': 'ana',
          'client.address': '10.0.0.7',
          'server.address': 'x.example',
          'log.record.uid': '01HWX',
        },
        scope: { name: 'lib', version: '1.2' },
        severityNumber: 9,
        severityText: 'INFO',
        eventName: 'process.started',
        observed: '2024-05-01T10:00:01.000Z',
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        flags: 1,
      },
    });
    const lens = lensOf(record);
    expect(lens.name).toBe('otel');
    expect(lens.time(record)).toBe(Date.UTC(2024, 4, 1, 10, 0, 0, 123));
    expect(lens.nativeId(record)).toBe('01HWX');
    expect(lens.origin(record).product).toBe('linux');
    expect(lens.activity(record)).toMatchObject({ host: 'web01', user: 'ana', sourceAddress: '10.0.0.7' });
    expect(lens.reader('Image')(record)).toBe('/usr/bin/curl');
    expect(lens.reader('k8s.pod.name')(record)).toBe('shop-1');
  });

  test('every kind of value; what JSON cannot hold is kept as text', () => {
    const { otel, body } = only(
      one({
        body: {
          kvlistValue: {
            values: [pair('a', { arrayValue: { values: [{ boolValue: false }, {}, { doubleValue: 1.5 }] } })],
          },
        },
        attributes: [
          pair('big', { intValue: '9223372036854775807' }),
          pair('small', { intValue: '-5' }),
          pair('nan', { doubleValue: 'NaN' }),
          pair('bytes', { bytesValue: 'AAH/' }),
          pair('empty', string('')),
          pair('__proto__', string('x')),
        ],
      }),
    );
    expect(body).toEqual({ a: [false, null, 1.5] });
    const { attributes } = otel as { attributes: object };
    expect(Object.entries(attributes)).toEqual([
      ['big', '9223372036854775807'],
      ['small', -5],
      ['nan', 'NaN'],
      ['bytes', 'AAH/'],
      ['empty', ''],
      ['__proto__', 'x'],
    ]);
  });

  test('a body in a shape of its own is the record: JSON text, an object, Windows XML, the collector’s Windows receiver, syslog', () => {
    const trail = { eventVersion: '1.08', eventName: 'CreateUser', eventSource: 'iam.amazonaws.com', eventID: 'e1' };
    const host = [pair('host.name', string('ws1'))];
    const trailRecord = only(one({ body: string(JSON.stringify(trail)) }));
    expect(trailRecord).toEqual({ ...trail, otel: { resource: {}, attributes: {} } });
    expect(lensOf(trailRecord).name).toBe('cloudtrail');
    const list = (fields: Readonly<Record<string, object>>) => ({
      kvlistValue: { values: Object.entries(fields).map(([key, value]) => pair(key, value)) },
    });
    const ecsRecord = only(
      one(
        {
          timeUnixNano: '1714557600000000000',
          body: list({ event: list({ category: string('process'), type: string('start') }) }),
        },
        host,
      ),
    );
    expect(lensOf(ecsRecord).name).toBe('ecs');
    expect(lensOf(ecsRecord).time(ecsRecord)).toBe(Date.UTC(2024, 4, 1, 10));
    const xml = only(
      one({
        body: string(`<Event xmlns='x'><System><EventID>1</EventID><Channel>Security</Channel></System></Event>`),
      }),
    );
    expect(lensOf(xml).name).toBe('evtx');
    const windows = only(
      one({
        body: list({
          channel: string('Security'),
          computer: string('WS1.corp'),
          event_id: list({ id: { intValue: '4688' }, qualifiers: { intValue: '0' } }),
          provider: list({
            name: string('Microsoft-Windows-Security-Auditing'),
            guid: string('{5484}'),
            event_source: string(''),
          }),
          record_id: { intValue: '77' },
          system_time: string('2024-05-01T10:00:00.1234567Z'),
          event_data: list({
            data: {
              arrayValue: {
                values: [list({ NewProcessName: string('C:\\x.exe') }), list({ SubjectUserName: string('ana') })],
              },
            },
          }),
          message: string('A new process has been created.'),
        }),
      }),
    );
    const lens = lensOf(windows);
    expect(lens.name).toBe('evtx');
    expect(lens.nativeId(windows)).toBe('ws1.corp|security|77|4688|2024-05-01t10:00:00.1234567z');
    expect(lens.reader('Image')(windows)).toBe('C:\\x.exe');
    expect(lens.activity(windows)).toMatchObject({ kind: 'process_start', host: 'ws1', user: 'ana' });
    const syslog = only(
      one({ body: string('<86>May  1 10:00:00 web01 sshd[7]: Accepted password for ana from 10.0.0.7 port 1 ssh2') }),
    );
    expect(lensOf(syslog).activity(syslog)).toMatchObject({ kind: 'logon', host: 'web01', user: 'ana' });
  });
});

const anyValue = fc.letrec<{ value: object; fields: object[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string().map(string),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((intValue) => ({ intValue: intValue.toString() })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0))
      .map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    tie('fields').map((values) => ({ kvlistValue: { values } })),
    fc.constant({}),
  ),
  fields: fc.array(
    fc
      .tuple(
        fc.oneof(
          fc.constantFrom('host.name', 'process.pid', 'user.name', 'user', '__proto__', 'a.b'),
          fc.string({ maxLength: 5 }),
        ),
        tie('value'),
      )
      .map(([key, value]) => pair(key, value)),
    { maxLength: 4 },
  ),
}));
const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'));
const logRecord = fc.record(
  {
    timeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    observedTimeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String),
    severityNumber: fc.integer({ min: 0, max: 24 }),
    severityText: fc.string({ maxLength: 5 }),
    eventName: fc.string({ maxLength: 5 }),
    body: anyValue.value,
    attributes: anyValue.fields,
    flags: fc.nat(),
    traceId: id(16),
    spanId: id(8),
  },
  { requiredKeys: [] },
);
const request: fc.Arbitrary<Request> = fc.record({
  resourceLogs: fc.array(
    fc.record({
      resource: fc.record({ attributes: anyValue.fields }),
      scopeLogs: fc.array(
        fc.record({ scope: fc.record({ name: fc.string() }), logRecords: fc.array(logRecord, { maxLength: 3 }) }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

describe('whatever is sent', () => {
  test('both encodings of a request give the same records, and each text is its record', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const json = fromJson(JSON.stringify(sent));
        const binary = fromProtobuf(encode(sent));
        expect(binary).toEqual(json);
        expect(json.records).toHaveLength(
          sent.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)).length,
        );
        for (const { record, raw } of json.records)
          expect(JSON.parse(raw.toString())).toEqual(JSON.parse(JSON.stringify(record)));
      }),
      { numRuns: 300 },
    );
  });

  test('damage is told by a code, or a record’s refusal; nothing else is thrown', () => {
    const damaged = fc.tuple(request, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged), (made) => {
        const bodies: Uint8Array[] = [];
        if (made instanceof Uint8Array) bodies.push(made, made);
        else
          for (const whole of [encode(made[0]), Buffer.from(JSON.stringify(made[0]))]) {
            const at = made[1] % (whole.length + 1);
            bodies.push(Buffer.concat([whole.subarray(0, at), made[2], whole.subarray(at + made[2].length)]));
          }
        for (const [at, read] of [fromProtobuf, fromJson].entries())
          try {
            read(Buffer.from(bodies[at] ?? []));
          } catch (error) {
            expect(error).toBeInstanceOf(BridgewatchError);
            expect(error).toMatchObject({ code: 'INGEST_OTLP_BODY', status: 400 });
          }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('limits', () => {
  const nested = (levels: number): object => {
    let value: object = string('x');
    for (let at = 0; at < levels; at += 1) value = { kvlistValue: { values: [pair('a', value)] } };
    return value;
  };

  /** A length-delimited field: what the encoder will not nest that deep is written byte by byte. */
  const field = (number: number, bytes: Uint8Array): Buffer => {
    const size: number[] = [];
    for (let left = bytes.length; ; left >>>= 7) {
      size.push(left > 127 ? (left & 127) | 128 : left);
      if (left <= 127) break;
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), bytes]);
  };
  const nestedBytes = (levels: number): Buffer => {
    let value = field(1, Buffer.from('x'));
    for (let at = 0; at < levels; at += 1)
      value = field(6, field(1, Buffer.concat([field(1, Buffer.from('a')), field(2, value)])));
    return value;
  };

  test('a value nested deep is read, deeper is refused with its record, in both encodings', () => {
    const good = { body: string('good') };
    const json = (levels: number) =>
      fromJson(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: nested(levels) }, good] }] }] }));
    const goodBytes = field(2, field(5, field(1, Buffer.from('good'))));
    const binary = (levels: number) =>
      fromProtobuf(field(1, field(2, Buffer.concat([field(2, field(5, nestedBytes(levels))), goodBytes]))));
    for (const read of [json, binary]) {
      expect(read(32).records).toHaveLength(2);
      for (const levels of [33, 40, 10_000]) {
        if (read === json && levels > 40) continue;
        const { records, refused } = read(levels);
        expect(records.map(({ record }) => record.message)).toEqual(['good']);
        expect(Object.values(refused)).toEqual([1]);
      }
    }
    expect(() => fromJson(`{"resourceLogs":${'['.repeat(200_000)}`)).toThrow(/nested deeper than 400/);
    const { records, refused } = fromJson(JSON.stringify(one({ body: string('a') }, [pair('deep', nested(34))])));
    expect([records.length, refused]).toEqual([0, { INGEST_RECORD_TOO_DEEP: 1 }]);
  });

  test('a record too long, too many of them, more kept than should be', () => {
    const long = one({ body: string('x'.repeat(500)) });
    const limit = { eventBytes: 400 };
    expect(fromJson(JSON.stringify(long), limit).refused).toEqual({ INGEST_RECORD_TOO_LONG: 1 });
    expect(fromProtobuf(encode(long), limit)).toEqual({
      records: [],
      refused: { INGEST_RECORD_TOO_LONG: 1 },
      detail: 'a record has more than 400 bytes',
    });
    const many = {
      resourceLogs: [
        {
          resource: { attributes: [pair('a', string('y'.repeat(1000)))] },
          scopeLogs: [{ logRecords: Array.from({ length: 100 }, () => ({})) }],
        },
      ],
    };
    expect(() => fromProtobuf(encode(many), { events: 99 })).toThrow(/more than 99 records/);
    expect(() => fromProtobuf(encode(many), { keptBytes: 50_000 })).toThrow(/more than 50000 bytes/);
    expect(fromProtobuf(encode(many)).records).toHaveLength(100);
  });

  test('two bytes that become an object each, thirty million of them, cost neither memory nor time', () => {
    const began = performance.now();
    const groups = Buffer.alloc(60_000_000);
    for (let at = 0; at < groups.length; at += 2) groups[at] = 0x0a;
    expect(() => fromProtobuf(groups)).toThrow(/groups of records/);
    expect(() => fromJson(`{"resourceLogs":[${'{},'.repeat(2_000_001)}{}]}`)).toThrow(/more than 2000000 objects/);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
