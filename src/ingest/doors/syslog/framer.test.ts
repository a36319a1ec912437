import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Framer } from './framer.ts';

interface Framed {
  readonly text: string;
  readonly flaw: string | undefined;
}

/** Frames a stream that comes in pieces as long as `cuts` says, one byte where it says no more. */
function frame(bytes: Buffer, cuts: readonly number[], messageBytes = 64, whole = true) {
  const framed: Framed[] = [];
  const framer = new Framer(
    { message: (message, flaw) => framed.push({ text: message.toString('latin1'), flaw }) },
    messageBytes,
    1000,
  );
  let at = 0;
  for (const cut of [...cuts, ...Array<number>(bytes.length).fill(1)]) {
    if (at >= bytes.length) break;
    if (!framer.push(bytes.subarray(at, at + cut))) return { framed, valid: false };
    at += cut;
  }
  framer.end(whole);
  return { framed, valid: true };
}

const texts = (stream: string, messageBytes?: number) =>
  frame(Buffer.from(stream), [stream.length], messageBytes).framed.map(({ text }) => text);

describe('framing', () => {
  test('counts and newlines, each message by itself', () => {
    expect(texts('9 <13>a\nb c<14>line\n7 <15>x\ny\n\r\n\0plain\n12 words\n2024-10-11 no count\nlast')).toEqual([
      '<13>a\nb c',
      '<14>line',
      '<15>x\ny',
      'plain',
      '12 words',
      '2024-10-11 no count',
      'last',
    ]);
  });

  test('what is longer is cut, and the rest of it skipped', () => {
    const long = `<13>${'x'.repeat(200)}`;
    const { framed } = frame(Buffer.from(`${long}\n<14>b\n${long.length} ${long}<15>c\n`), [7, 90]);
    expect(framed).toEqual([
      { text: long.slice(0, 64), flaw: 'SYSLOG_MESSAGE_CUT' },
      { text: '<14>b', flaw: undefined },
      { text: long.slice(0, 64), flaw: 'SYSLOG_MESSAGE_CUT' },
      { text: '<15>c', flaw: undefined },
    ]);
  });

  test('a count that promises more than came; a stream that broke off', () => {
    expect(frame(Buffer.from('30 <13>short'), []).framed).toEqual([
      { text: '<13>short', flaw: 'SYSLOG_MESSAGE_UNFINISHED' },
    ]);
    expect(frame(Buffer.from('<13>a\n<13>b'), [], 64, false).framed).toEqual([
      { text: '<13>a', flaw: undefined },
      { text: '<13>b', flaw: 'SYSLOG_MESSAGE_UNFINISHED' },
    ]);
  });

  test('a count that promises less leaves a line', () => {
    expect(texts('6 <13>abcdef\n<14>next\n')).toEqual(['<13>ab', 'cdef', '<14>next']);
  });

  test('a count beyond any message', () => {
    expect(frame(Buffer.from('<13>a\n1001 <13>x'), [3])).toEqual({
      framed: [{ text: '<13>a', flaw: undefined }],
      valid: false,
    });
    expect(frame(Buffer.from('99999999999999999 <13>x'), []).valid).toBe(false);
    // More digits than any count has: a line.
    expect(texts(`${'9'.repeat(30)} <13>x\n`)).toEqual([`${'9'.repeat(30)} <13>x`]);
  });

  const body = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '1', '<'), maxLength: 30 });
  const message = fc.tuple(fc.boolean(), body).map(([counted, text]) => {
    const said = `<13>${counted ? text : text.replaceAll('\n', '_')}`;
    return { counted, text: said };
  });

  test('messages come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 40 })), (messages, cuts) => {
        const stream = messages.map(({ counted, text }) => (counted ? `${text.length} ${text}` : `${text}\n`)).join('');
        const { framed, valid } = frame(Buffer.from(stream), cuts);
        expect(valid).toBe(true);
        expect(framed.map(({ text }) => text)).toEqual(messages.map(({ text }) => text));
      }),
    );
  });

  test('noise is framed the same however it is cut, never longer than is kept', () => {
    const noise = fc
      .array(
        fc.oneof(
          fc.constantFrom('1', '9', '12 <', ' ', '<', '\n', '\0', 'abc', '0'),
          fc.string({ unit: 'binary', maxLength: 4 }),
        ),
        { maxLength: 60 },
      )
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(noise, fc.array(fc.integer({ min: 1, max: 9 })), fc.boolean(), (bytes, cuts, whole) => {
        const once = frame(bytes, [bytes.length], 16, whole);
        expect(frame(bytes, cuts, 16, whole)).toEqual(once);
        for (const { text } of once.framed) expect(text.length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 1000 },
    );
  });
});
