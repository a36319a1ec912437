import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tacticOrder } from '../contracts/attack.ts';
import { levels } from '../contracts/detection.ts';
import type { JsonObject, Lens } from '../contracts/event.ts';
import { entitiesOf, lenses, lensOf } from './index.ts';

/** Names that make lenses look at a record, so that arbitrary records are not all generic. */
const names = `
  EventID Channel EventTime EventReceivedTime @timestamp TimeCreated TimeGenerated UtcTime Hostname
  Computer SourceName EventData RecordNumber Message event_id log_name event_data winlog event Event System
  UserData Data #attributes #text @Name EventId Payload Provider EventType Hashes Image User NewProcessName
  eventName eventSource userIdentity requestParameters AuditData Operation Workload CreationTime UserId
  ClientIP category properties Type createdDateTime userPrincipalName resourceId ts _path uid id.orig_h id
  query ecs process host user type msg a0 program message facility protoPayload logName actor published
  eventType verb auditID __proto__ constructor length
  event_type flow_id alert src_ip timestamp rule agent manager level severity detail detail-type service serviceName
  resource alertCreationTime machineId alertId serviceSource detectionSource evidence entities @odata.type entityType
  class_uid finding_info attacks AnalysisComponent LogData AnalysisComponentType short name time ip
`
  .trim()
  .split(/\s+/);
const texts = [
  'Security',
  'Microsoft-Windows-Sysmon/Operational',
  'Windows PowerShell',
  'System',
  '2024-01-01T00:00:00Z',
  '<Data Name="x">y</Data>',
  '{"EventData":{"Data":[{"@Name":"a"}]}}',
  'SignInLogs',
  'EXECVE',
  'sshd',
  'sudo',
  '-',
  '',
  'D\\u',
  '::1',
  '0x10',
  'audit(1713378609.500:212):',
  'dns',
  'constructor',
  '__proto__',
  'alert',
  'guardduty',
  '#microsoft.graph.security.alert',
  '#microsoft.graph.security.processEvidence',
  'W-Acc-400',
];
const { tree } = fc.letrec<{ tree: unknown; record: JsonObject }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...texts),
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1,
      3,
      10,
      13,
      22,
      104,
      400,
      1102,
      4104,
      2004,
      4624,
      4656,
      4662,
      4688,
      7045,
      1e308,
      1.5,
    ),
    fc.string(),
    fc.array(tie('tree'), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 6 })), tie('tree'), { maxKeys: 8 }),
}));
const anyRecord = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) }),
  tree,
  { maxKeys: 12 },
);
const fields = [
  'EventID',
  'Image',
  'Data',
  'Imphash',
  'User',
  'userIdentity.type',
  'id.orig_h',
  'ThreatName',
  'USER',
  'properties.message',
  'c-uri',
  'toString',
  '__proto__.x',
  '',
];

const readers = lenses.map((lens) => fields.map((field) => lens.reader(field)));

/** What a lens says of a record that it must not, in words. One expectation a lens: a million of them are most of the time. */
function wrongIn(lens: Lens, record: JsonObject): string[] {
  const wrong: string[] = [];
  lens.matches(record);
  const time = lens.time(record);
  if (time !== undefined && !Number.isFinite(time)) wrong.push(`time ${time}`);
  const id = lens.nativeId(record);
  if (id !== undefined && (typeof id !== 'string' || id === '')) wrong.push(`native id ${id}`);
  if (!Array.isArray(lens.origin(record).categories)) wrong.push('categories');
  for (const [place, read] of (readers[lenses.indexOf(lens)] ?? []).entries())
    if (typeof read(record) === 'function') wrong.push(`field ${fields[place]}`);
  lens.someValue(record, () => false);
  const activity = lens.activity(record);
  for (const [fact, value] of Object.entries(activity)) if (value === '') wrong.push(`empty ${fact}`);
  for (const { kind, value } of entitiesOf(activity)) if (value.length === 0) wrong.push(`empty ${kind}`);
  const alert = lens.alert?.(record);
  if (alert === undefined) return wrong;
  for (const text of [alert.product, alert.ruleId, alert.title, alert.vendorSeverity])
    if (text === '') wrong.push('empty text of an alert');
  if (!levels.includes(alert.level)) wrong.push(`level ${alert.level}`);
  for (const one of alert.techniques) if (!/^T\d{4}(\.\d{3})?$/.test(one)) wrong.push(`technique ${one}`);
  for (const one of alert.tactics) if (!tacticOrder.includes(one)) wrong.push(`tactic ${one}`);
  return wrong;
}

function exercise(lens: Lens, record: JsonObject): void {
  expect([lens.name, ...wrongIn(lens, record)]).toEqual([lens.name]);
}

describe('any JSON object', () => {
  test('is taken by a lens, and no method of any lens throws or makes up an empty fact', () => {
    const taken = new Set<string>();
    fc.assert(
      fc.property(anyRecord, (made) => {
        const record: JsonObject = JSON.parse(JSON.stringify(made));
        taken.add(lensOf(record).name);
        for (const lens of lenses) exercise(lens, record);
      }),
      { numRuns: 1000 },
    );
    // The generator must reach the lenses, or the property says little.
    expect(taken.size).toBeGreaterThan(5);
  });

  test('deep nesting under the names lenses follow', () => {
    for (const name of names) {
      let value: unknown = 'x';
      for (let level = 0; level < 5000; level += 1) value = level % 2 === 0 ? { [name]: value } : [value];
      const record: JsonObject = { [name]: value };
      for (const lens of lenses) exercise(lens, record);
    }
  });
});

test('lens names are unique', () => {
  expect(new Set(lenses.map(({ name }) => name)).size).toBe(lenses.length);
});

const shared = join(import.meta.dirname, '../../../shared/data');

/** Records of every `*.ndjson.gz` below a folder. */
function* sharedRecords(folder: string): Generator<{ file: string; record: JsonObject }> {
  for (const entry of readdirSync(join(shared, folder), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ndjson.gz')) continue;
    const file = join(entry.parentPath, entry.name);
    for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
      if (line !== '') yield { file: entry.name, record: JSON.parse(line) };
    }
  }
}

describe.runIf(existsSync(shared))('telemetry written by others', () => {
  test('every record of the captures is read by a lens of its own, with a time and an origin', () => {
    const unread: string[] = [];
    const years = new Set<number>();
    let events = 0;
    for (const folder of ['mordor', 'cloudtrail', 'zeek']) {
      for (const { file, record } of sharedRecords(folder)) {
        events += 1;
        const lens = lensOf(record);
        const time = lens.time(record);
        if (lens.name === 'generic' || time === undefined || lens.origin(record).product === undefined)
          unread.push(file);
        else years.add(new Date(time).getUTCFullYear());
      }
    }
    console.log(`${events} shared records, ${unread.length} unread`);
    expect([...new Set(unread)]).toEqual([]);
    expect(events).toBeGreaterThan(600_000);
    expect([...years].every((year) => year >= 2016 && year <= 2026)).toBe(true);
  });
});

test.runIf(!existsSync(shared))('shared telemetry is absent: its checks did not run', () => {
  console.log(`no ${shared}: the lenses were not tried on telemetry written by others`);
});
