import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ChunkWriter,
  eventLog,
  fragment,
  type Given,
  type Inside,
  nothing,
  number,
  processLog,
  slot,
  type Tag,
  tag,
  text,
  utf16,
} from '../../../../../test/support/evtx.ts';
import { readLog } from '../../../../../test/support/evtx-read.ts';

const xmlns = 'urn:event';
const event = (...inside: Inside[]): Tag => tag('Event', { xmlns }, ...inside);

/** What one record of this template and these values is read as, below `Event`. */
function rendered(template: Tag, ...values: Given[]): unknown {
  const writer = new ChunkWriter();
  writer.record(template, values);
  // Once more: the second record names the template that stands in the first.
  writer.record(template, values);
  const { records, rejects } = readLog([eventLog(writer.finish())]);
  expect(rejects).toEqual([]);
  expect(records).toHaveLength(2);
  expect(records[1]).toEqual(records[0]);
  const { '#attributes': attributes, ...rest } = (records[0]?.Event ?? {}) as Record<string, unknown>;
  expect(attributes).toEqual({ xmlns });
  return rest;
}

describe('the shape evtx_dump gives', () => {
  test('System: attributes, text beside attributes, empty elements, values of their type', () => {
    const system = tag(
      'System',
      {},
      tag('Provider', { Name: slot(0), Guid: slot(1) }),
      tag('EventID', { Qualifiers: slot(2) }, slot(3)),
      tag('Level', { Absent: slot(5) }, slot(4)),
      tag('Correlation', { ActivityID: slot(5) }),
      tag('Security', {}, slot(5)),
    );
    const guid = { type: 15, bytes: Buffer.from('5f3870572ac2e043bf4c06f5698ffbd9', 'hex') };
    const read = rendered(
      event(system),
      text('P'),
      guid,
      number(6, 2, 16384),
      number(6, 2, 7),
      number(4, 1, 4),
      nothing,
    );
    expect(read).toEqual({
      System: {
        Provider: { '#attributes': { Name: 'P', Guid: '5770385F-C22A-43E0-BF4C-06F5698FFBD9' } },
        EventID: { '#attributes': { Qualifiers: 16384 }, '#text': 7 },
        Level: 4,
        Correlation: null,
        Security: null,
      },
    });
  });

  test('named Data become members; nothing is an empty string; a name may come again, or be __proto__', () => {
    const names = ['Image', 'Empty', 'Image', '__proto__', 'Image'];
    const data = tag('EventData', {}, ...names.map((Name, index) => tag('Data', { Name }, slot(index))));
    const read = rendered(event(slot(0)), fragment(data, text('a'), nothing, text('b'), text('c'), text('d')));
    const expected = JSON.parse('{"Image":"a","Empty":"","Image_1":"b","__proto__":"c","Image_2":"d"}');
    expect(JSON.stringify(read)).toBe(JSON.stringify({ EventData: expected }));
  });

  test('nameless Data gather under one #text: one, several, an array, none', () => {
    const of = (...values: Given[]) =>
      rendered(event(tag('EventData', {}, ...values.map((_, index) => tag('Data', {}, slot(index))))), ...values);
    expect(of(text('x'))).toEqual({ EventData: { Data: { '#text': 'x' } } });
    expect(of(text('x'), nothing, text('y'))).toEqual({ EventData: { Data: { '#text': ['x', '', 'y'] } } });
    expect(of({ type: 0x81, bytes: utf16('a\0\0b\0') })).toEqual({ EventData: { Data: { '#text': ['a', '', 'b'] } } });
    expect(of(nothing)).toEqual({ EventData: { Data: null } });
  });

  test('other elements that come again are numbered; an empty EventData is null', () => {
    const read = rendered(
      event(tag('EventData'), tag('UserData', {}, tag('H', {}, 'a'), tag('H', {}, 'b'), tag('H_1'))),
    );
    expect(read).toEqual({ EventData: null, UserData: { H: 'a', H_1: 'b', H_1_1: null } });
  });

  test('text in pieces: entities, character references, CDATA, several slots; a processing instruction says nothing', () => {
    const writer = new ChunkWriter();
    writer.rawRecord((chunk) => {
      chunk.u8(0x0f, 1, 1, 0, 0x0a);
      chunk.name('target');
      chunk.u8(0x0b, 1, 0, 0x41, 0);
      chunk.u8(0x01, 0xff, 0xff, 0, 0, 0, 0);
      chunk.name('Event');
      chunk.u8(0x02);
      chunk.inside('a', true);
      chunk.u8(0x49);
      chunk.name('amp');
      chunk.u8(0x49);
      chunk.name('other');
      chunk.u8(0x08, 0x42, 0);
      chunk.u8(0x47, 1, 0, 0x3c, 0);
      chunk.u8(0x04, 0);
    });
    const { records, rejects } = readLog([eventLog(writer.finish())]);
    expect(rejects).toEqual([]);
    expect(records).toEqual([{ Event: 'a&&other;B<' }]);
    expect(rendered(event(tag('T', {}, 'pid ', slot(0), '!')), number(8, 4, 7))).toEqual({ T: 'pid 7!' });
  });

  test('an array stays a list', () => {
    const numbers = { type: 0x86, bytes: Buffer.from('01000200', 'hex') };
    expect(
      rendered(event(tag('T', {}, slot(0)), tag('EventData', {}, tag('Data', { Name: 'n' }, slot(0)))), numbers),
    ).toEqual({
      T: [1, 2],
      EventData: { n: [1, 2] },
    });
  });

  test('a value may be an element itself, written without dependency identifiers', () => {
    const writer = new ChunkWriter();
    const size = 2048;
    writer.rawRecord((chunk) => {
      chunk.u8(0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0);
      const offset = chunk.at + 4;
      chunk.u32(offset);
      chunk.at += 24;
      chunk.element(event(slot(0)));
      chunk.u8(0);
      chunk.bytes.writeUInt32LE(chunk.at - offset - 24, offset + 20);
      chunk.u32(1);
      const descriptor = chunk.at;
      chunk.u32(0x21_0000);
      chunk.u8(0x0f, 1, 1, 0);
      chunk.element(tag('UserData', {}, tag('Inner', { a: 'b' }, 'c')), false);
      chunk.u8(0);
      chunk.bytes.writeUInt16LE(chunk.at - descriptor - 4, descriptor);
    });
    expect(writer.at).toBeLessThan(size);
    const { records, rejects } = readLog([eventLog(writer.finish())]);
    expect(rejects).toEqual([]);
    expect(records).toEqual([
      { Event: { '#attributes': { xmlns }, UserData: { Inner: { '#attributes': { a: 'b' }, '#text': 'c' } } } },
    ]);
  });
});

test('however the bytes come in pieces, the same records are read', () => {
  const log = processLog(2, 3);
  const whole = readLog([log]);
  expect(whole.rejects).toEqual([]);
  expect(whole.numbers).toEqual([1, 2, 3, 4, 5, 6]);
  expect(whole.records[5]).toEqual({
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
        EventID: 1,
        TimeCreated: { '#attributes': { SystemTime: '2024-05-01T00:00:06.123456Z' } },
        EventRecordID: 6,
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: 'host-1',
      },
      EventData: { Image: 'C:\\Windows\\cmd.exe', CommandLine: 'cmd /c echo 6', ProcessId: 4242 },
    },
  });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: log.length - 1 }), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), log.length];
      const pieces = at.slice(1).map((end, index) => log.subarray(at[index], end));
      expect(readLog(pieces)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});
