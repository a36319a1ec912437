import { describe, expect, test } from 'vitest';
import { EventArchive } from './archive.ts';

/** Windows-like records: much the same each time, as real ones are. */
const record = (index: number) =>
  JSON.stringify({
    EventID: 4688,
    Channel: 'Security',
    Hostname: `ws${index % 40}.corp.example`,
    RecordNumber: index,
    NewProcessName: `C:\\Windows\\System32\\tool${index % 17}.exe`,
    Message: `A new process has been created. ${'Creator Subject, Target Subject, Process Information. '.repeat(20)} ${index * 7919}`,
  });

describe('EventArchive', () => {
  test('gives back every record as it was, in any order', () => {
    const archive = new EventArchive();
    const texts = Array.from({ length: 2000 }, (_, index) =>
      index % 100 === 7 ? `"quote\\ \u0000 \n é 🦉 ${index}` : record(index),
    );
    expect(texts.map((text) => archive.append(text))).toEqual(texts.map((_, index) => index));
    for (let at = 0, index = 0; at < 1000; at += 1, index = (index + 1237) % texts.length)
      expect(archive.read(index)).toBe(texts[index]);
    expect(archive.size).toBe(2000);
  });

  test('takes records larger than a block, and goes on', () => {
    const archive = new EventArchive();
    const texts = ['{"a":1}', `"${'é'.repeat(900_000)}"`, '{"b":2}', 'x'.repeat(600_000), '{"c":3}'];
    for (const text of texts) archive.append(text);
    expect(texts.map((_, index) => archive.read(index))).toEqual(texts);
  });

  test('takes bytes as well as text', () => {
    const archive = new EventArchive();
    expect(archive.read(archive.append(Buffer.from('{"a":"é"}')))).toBe('{"a":"é"}');
  });

  test('holds a record in a fraction of its size', () => {
    const archive = new EventArchive();
    let bytes = 0;
    for (let index = 0; index < 20_480; index += 1) {
      const text = record(index);
      bytes += text.length;
      archive.append(text);
    }
    expect(archive.bytes).toBeLessThan(bytes / 10);
  });

  test('names a number it never gave out', () => {
    const archive = new EventArchive();
    archive.append('{}');
    for (const place of [1, -1, 300, 0.5])
      expect(() => archive.read(place)).toThrow(expect.objectContaining({ code: 'INGEST_ARCHIVE_NO_RECORD' }));
  });
});
