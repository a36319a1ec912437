import { join } from 'node:path';
import { openLakeBuffer } from '../../src/adapters/duckdb/buffer.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { lakeHour, lakeRow } from '../../src/contracts/lake.ts';
import { eventOf } from '../../src/ingest/index.ts';
import { noon } from './lake.ts';

/** A Sysmon record of a process start, as winlogbeat's lens reads it, or nxlog's. */
export function processStart(at: number, host: string, image: string, commandLine: string, user = 'ann'): object {
  return {
    EventTime: new Date(noon + at).toISOString(),
    Hostname: `${host.toUpperCase()}.corp.local`,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 1,
    RecordNumber: at,
    Image: image,
    CommandLine: commandLine,
    User: `CORP\\${user}`,
    ProcessGuid: `{00000000-0000-0000-0000-${String(at).padStart(12, '0')}}`,
    ParentImage: 'C:\\Windows\\explorer.exe',
  };
}

/** Puts records into the lake of a data folder, as a worker would. */
export async function fillLake(dataDir: string, records: readonly object[], tenant = 'main'): Promise<void> {
  const work = openWorkStore({ path: join(dataDir, 'work') });
  const buffer = await openLakeBuffer({ dir: join(dataDir, 'lake'), writer: `w-${tenant}`, memoryMb: 200 });
  records.forEach((record, at) => {
    const raw = JSON.stringify(record);
    const kept = eventOf({ id: `e${String(at).padStart(4, '0')}`, time: 0, source: 'winlog', raw });
    if (kept === undefined) throw new Error(`no event: ${raw}`);
    const event = { ...kept, time: kept.lens.time(kept.record) ?? noon };
    buffer.add(
      tenant,
      lakeHour(event.time),
      lakeRow(event, event.lens.activity(event.record), 'winlog', event.time + 1000, raw),
    );
  });
  work.commit({ files: await buffer.flush() });
  await buffer.close();
  await work.close();
}
