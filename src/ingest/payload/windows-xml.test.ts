import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lensOf } from '../../lenses/index.ts';
import { windowsXml } from './windows-xml.ts';
import { readXml } from './xml.ts';

const sysmon = `<?xml version="1.0" encoding="utf-8"?>
<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>
<EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>
<TimeCreated SystemTime='2024-05-01T10:00:00.1234567Z'/><EventRecordID>4711</EventRecordID><Correlation/><Execution ProcessID='2044' ThreadID='3012'/>
<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ws01.corp.example</Computer><Security UserID='S-1-5-18'/></System>
<EventData><Data Name='RuleName'></Data><Data Name="Image">C:\\Windows\\System32\\cmd.exe</Data><Data Name='CommandLine'>cmd /c "echo 1 &gt; a &amp;&amp; type &#x41;"</Data><Data Name='User'>CORP\\ana</Data></EventData></Event>`;

test('a Sysmon event in XML is read as the same event in JSON would be', () => {
  const record = windowsXml(sysmon);
  if (record === undefined) throw new Error('not read');
  const lens = lensOf(record);
  expect(lens.name).toBe('evtx');
  expect(lens.time(record)).toBe(Date.UTC(2024, 4, 1, 10, 0, 0, 123));
  expect(lens.nativeId(record)).toBe(
    'ws01.corp.example|microsoft-windows-sysmon/operational|4711|1|2024-05-01t10:00:00.1234567z',
  );
  expect(lens.origin(record)).toMatchObject({ product: 'windows', categories: ['process_creation'] });
  expect(lens.reader('EventID')(record)).toBe(1);
  expect(lens.reader('CommandLine')(record)).toBe('cmd /c "echo 1 > a && type A"');
  expect(lens.reader('RuleName')(record)).toBe('');
  expect(lens.activity(record)).toMatchObject({ kind: 'process_start', host: 'ws01', user: 'ana' });
});

test('an EventID with qualifiers, nameless data and UserData', () => {
  const head = `<System><Provider Name='PowerShell'/><EventID Qualifiers='16384'>400</EventID><Channel>Windows PowerShell</Channel></System>`;
  expect(
    windowsXml(`<Event>${head}<EventData><Data>a</Data><Data>b</Data><Binary>00FF</Binary></EventData></Event>`),
  ).toEqual({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'PowerShell' } },
        EventID: { '#attributes': { Qualifiers: '16384' }, '#text': 400 },
        Channel: 'Windows PowerShell',
      },
      EventData: { Data: { '#text': ['a', 'b'] }, Binary: '00FF' },
    },
  });
  const cleared = windowsXml(
    `<Event>${head}<UserData><LogFileCleared xmlns='x'><SubjectUserName>ana</SubjectUserName></LogFileCleared></UserData></Event>`,
  );
  expect(cleared?.Event).toMatchObject({ UserData: { LogFileCleared: { SubjectUserName: 'ana' } } });
});

test('what is not one plain event is not read: DTDs, entities of its own, unclosed or crossed tags, more after the end', () => {
  const ok = '<Event><System><EventID>1</EventID></System></Event>';
  expect(windowsXml(ok)).toBeDefined();
  for (const bad of [
    `<!DOCTYPE Event [<!ENTITY a "b">]>${ok}`,
    `<?php x ?>${ok}`,
    `${ok}${ok}`,
    `${ok} more`,
    ok.slice(0, -1),
    '<Event><System></Event></System>',
    '<Event></Event>',
    '<Events/>',
    `${'<Event>'.repeat(50_000)}`,
    `<Event><System>${'<a/>'.repeat(30_000)}</System></Event>`,
  ])
    expect(windowsXml(bad)).toBeUndefined();
  expect(windowsXml('<Event><System><a>&own;</a></System></Event>')).toEqual({ Event: { System: { a: '&own;' } } });
});

test('a member called __proto__ is a member', () => {
  const record = windowsXml(
    `<Event><System><EventID>1</EventID></System><EventData><Data Name='__proto__'>x</Data></EventData></Event>`,
  );
  expect(JSON.stringify(record)).toContain('"EventData":{"__proto__":"x"}');
});

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\r', '&#13;');

test('whatever the names and values, they come back as they were written', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const value = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 8 }), (fields) => {
      const data = Object.entries(fields).map(([key, text]) => `<Data Name="${escaped(key)}">${escaped(text)}</Data>`);
      const record = windowsXml(
        `<Event><System><EventID>1</EventID></System><EventData>${data.join('')}</EventData></Event>`,
      );
      const read = (record?.Event as { EventData: object } | undefined)?.EventData ?? {};
      expect(Object.entries(read).sort()).toEqual(Object.entries(fields).sort());
    }),
  );
});

test('no text makes the reader throw or hang', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    '</',
    '<Event',
    '<a>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&#x41;',
    '&#99999999;',
    ' a="b"',
    " c='",
    '"',
    '<?xml ',
    '?>',
    'x',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      expect([undefined, 'object']).toContain(readXml(text) === undefined ? undefined : 'object');
      windowsXml(`<Event ${text}`);
    }),
    { numRuns: 2000 },
  );
  const began = performance.now();
  readXml(`<a ${'x="1" '.repeat(200_000)}`);
  readXml(`<a ${'x '.repeat(200_000)}`);
  readXml(`<a>${'<'.repeat(200_000)}`);
  expect(performance.now() - began).toBeLessThan(2000);
});
