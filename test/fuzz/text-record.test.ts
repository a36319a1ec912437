import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textRecord } from '../../src/ingest/index.ts';
import { lensOf, partitionKey } from '../../src/lenses/index.ts';

const received = Date.UTC(2024, 9, 11, 22, 15);
const text = fc.string({ unit: 'binary' });

/** Pieces that the parsers look for, in any order, with noise between: deeper into them than noise alone comes. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<13>',
        '1 ',
        '- ',
        '2024-10-11T22:14:15Z ',
        'Oct 11 22:14:15 ',
        'host ',
        'sshd[1]: ',
        '%ASA-6-1: ',
        '[a@1 b="',
        '"]',
        '\\',
        '\\"',
        ']',
        '=',
        ' ',
        '|',
        'CEF:0|a|b|c|d|e|5|',
        'LEEF:2.0|a|b|c|d|',
        'x5E|',
        'cs1Label=x cs1=',
        '__proto__=',
        '\t',
        '{"a":',
        '}',
        'type=EXECVE msg=audit(1713378609.500:7): ',
        "msg='",
        'a0=2F62',
        '#011',
        '[bridgewatch@32473 token="t',
        'ana : TTY=x ; USER=root ; COMMAND=',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

function reads(line: string): void {
  const record = textRecord(line, received, '192.0.2.1');
  // What is kept is the JSON of the record: it must say the same when it is read again.
  const kept = JSON.parse(JSON.stringify(record));
  const lens = lensOf(record);
  expect(lensOf(kept).name).toBe(lens.name);
  expect(lens.activity(kept)).toEqual(lens.activity(record));
  lens.time(record);
  lens.origin(record);
  lens.reader('Rule')(record);
  partitionKey(record);
}

describe('any text is a record, and every lens reads it', () => {
  test('noise', () => fc.assert(fc.property(text, reads), { numRuns: 2000 }));
  test('pieces', () => fc.assert(fc.property(pieces, reads), { numRuns: 5000 }));
});

test('time grows with length, not with its square', () => {
  const size = 64 * 1024;
  const fill = (unit: string, head = '', tail = '') => head + unit.repeat(Math.ceil(size / unit.length)) + tail;
  const lines = [
    fill('a='),
    fill('\\', 'CEF:0|a|b|c|d|e|5|a='),
    fill('a=', 'CEF:0|a|b|c|d|e|5|'),
    fill('a b=', 'CEF:0|a|b|c|d|e|5|'),
    fill('abcdefghij', 'CEF:0|a|b|c|d|e|5|', '='),
    fill('=', 'CEF:0|a|b|c|d|e|5|'),
    fill('|\\', 'CEF:0'),
    fill('a\t', 'LEEF:2.0|a|b|c|d|'),
    fill('[a b="c"]', '<13>1 - h a - - '),
    fill('\\"', '<13>1 - h a - - [a b="'),
    fill('<13>'),
    fill('1: ', '<13>'),
    fill(' ', '<13>Oct 11 22:14:15 '),
    fill(' : ', '<13>Oct 11 22:14:15 h'),
    fill('{"a":', '<13>Oct 11 22:14:15 h '),
    fill("msg='a=", 'type=EXECVE msg=audit(1713378609.500:7): '),
    fill('USER=a ; ', '<13>Oct 11 22:14:15 h sudo: ana : TTY=x ; '),
    fill(' user=', '<13>Oct 11 22:14:15 h sshd: pam_unix(sshd:auth): authentication failure;'),
    fill('bridgewatch@32473 ', '<13>Oct 11 22:14:15 h a: '),
    fill('bridgewatch@32473 token="', '<13>Oct 11 22:14:15 h a: '),
  ];
  for (const line of lines) {
    reads(line);
    const before = process.cpuUsage().user;
    reads(line);
    expect((process.cpuUsage().user - before) / 1000, line.slice(0, 60)).toBeLessThan(400);
  }
});

const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,12}$/);

describe('what an encoder writes is what is read', () => {
  test('RFC 5424', () => {
    // No mark or blank at the start: one of those is not the message's.
    const value = fc.string({ unit: 'grapheme', maxLength: 20 });
    const element = fc.dictionary(word, value, { maxKeys: 4 });
    const message = value.filter((each) => !/^[ \uFEFF]/.test(each) && !/^\s*(?:CEF|LEEF|type|@cee|\{)/.test(each));
    fc.assert(
      fc.property(
        fc.record({
          priority: fc.integer({ min: 0, max: 191 }),
          at: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
          hostname: word,
          program: word,
          structured: fc.dictionary(word, element, { maxKeys: 3 }),
          message,
        }),
        ({ priority, at, hostname, program, structured, message }) => {
          fc.pre([hostname, program].every((each) => each !== '-'));
          const quoted = (each: string) => each.replace(/["\\\]]/g, '\\$&');
          const elements = Object.entries(structured).map(
            ([id, parameters]) =>
              `[${id}${Object.entries(parameters)
                .map(([name, each]) => ` ${name}="${quoted(each)}"`)
                .join('')}]`,
          );
          const data = elements.length > 0 ? elements.join('') : '-';
          const line = `<${priority}>1 ${at.toISOString()} ${hostname} ${program} - - ${data} ${message}`;
          const record = textRecord(line, received);
          expect(record).toMatchObject({ priority, timestamp: at.toISOString(), hostname, program, message });
          expect(Object.entries(record.structured ?? {})).toEqual(Object.entries(structured));
        },
      ),
    );
  });

  const header = fc.string({ unit: 'grapheme', maxLength: 16 });

  test('CEF', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 24 }).filter((each) => !/[\n\r]/.test(each));
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1),
        fc.tuple(header, header, header, header, header, header),
        fc.dictionary(key, value, { maxKeys: 6 }),
        (version, fields, extension) => {
          const shown = fields.map((each) => each.replace(/[\\|]/g, '\\$&')).join('|');
          const pairs = Object.entries(extension).map(([name, each]) => `${name}=${each.replace(/[\\=]/g, '\\$&')}`);
          const { cef } = textRecord(`CEF:${version}|${shown}|${pairs.join(' ')}`, received) as {
            cef: Record<string, unknown>;
          };
          expect([
            cef.deviceVendor,
            cef.deviceProduct,
            cef.deviceVersion,
            cef.deviceEventClassId,
            cef.name,
            cef.severity,
          ]).toEqual(fields);
          expect(Object.entries(cef.extension as object)).toEqual(Object.entries(extension));
        },
      ),
    );
  });

  test('LEEF', () => {
    const delimiters = ['\t', '^', ';', '¦'];
    const value = fc.string({ unit: 'grapheme', maxLength: 24 });
    fc.assert(
      fc.property(
        fc.constantFrom(...delimiters),
        fc.boolean(),
        fc.tuple(header, header, header, header),
        fc.dictionary(key, value, { maxKeys: 6 }),
        (delimiter, hex, fields, attributes) => {
          fc.pre(Object.values(attributes).every((each) => !each.includes(delimiter) && !each.includes('#011')));
          const named = hex ? `x${delimiter.charCodeAt(0).toString(16)}` : delimiter;
          const shown = fields.map((each) => each.replace(/[\\|]/g, '\\$&')).join('|');
          const pairs = Object.entries(attributes).map(([name, each]) => `${name}=${each}`);
          const { leef } = textRecord(`LEEF:2.0|${shown}|${named}|${pairs.join(delimiter)}`, received) as {
            leef: Record<string, unknown>;
          };
          expect([leef.vendor, leef.product, leef.productVersion, leef.eventId]).toEqual(fields);
          expect(Object.entries(leef.attributes as object)).toEqual(Object.entries(attributes));
        },
      ),
    );
  });
});
