import { describe, expect, it } from 'vitest';
import type { Activity } from '../../contracts/event.ts';
import { lensOf } from '../../lenses/index.ts';
import { behaviours } from './index.ts';

const sysmon = (id: number, data: Record<string, unknown>): Activity => {
  const record = {
    EventID: id,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Hostname: 'ws1',
    '@timestamp': '2026-01-05T09:00:00Z',
    ...data,
  };
  return lensOf(record).activity(record);
};
const security = (id: number, data: Record<string, unknown>): Activity => {
  const record = { EventID: id, Channel: 'Security', Hostname: 'ws1', '@timestamp': '2026-01-05T09:00:00Z', ...data };
  return lensOf(record).activity(record);
};
const started = (image: string, commandLine: string): Activity =>
  sysmon(1, {
    Image: `C:\\Windows\\System32\\${image}`,
    CommandLine: commandLine,
    ProcessId: '1',
    ParentImage: 'C:\\Windows\\explorer.exe',
  });
const shown = (activity: Activity): string[] =>
  behaviours.filter((behaviour) => behaviour.shown(activity)).map(({ technique }) => technique);

const lsass = (access: string): Activity =>
  sysmon(10, {
    SourceImage: 'C:\\Temp\\x.exe',
    TargetImage: 'C:\\Windows\\System32\\lsass.exe',
    GrantedAccess: access,
  });
const runKey = 'HKU\\S-1-5-21\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\updater';

/** Acts, and what is like them and is not the act; all as their lens gives them. */
const cases: readonly (readonly [technique: string, act: Activity, nearMiss: Activity])[] = [
  ['T1003.001', lsass('0x1410'), lsass('0x40')],
  ['T1003.001', lsass('0x1fffff'), lsass('0x1400')],
  [
    'T1547.001',
    sysmon(13, { TargetObject: runKey, Image: 'C:\\x.exe' }),
    security(4656, { ObjectType: 'Key', ObjectName: runKey, AccessMask: '0x20019' }),
  ],
  [
    'T1053.005',
    started('schtasks.exe', 'schtasks /create /tn x /tr y'),
    security(4702, { TaskName: '\\Microsoft\\Windows\\UpdateOrchestrator\\x' }),
  ],
  ['T1003.002', started('reg.exe', 'reg save HKLM\\SAM c:\\x'), started('reg.exe', 'reg query HKLM\\SAM')],
  ['T1105', started('cmd.exe', 'curl https://x.example/a -o a.exe'), started('cmd.exe', 'curl https://x.example/a')],
  ['T1087.002', started('net.exe', 'net user /domain'), started('net.exe', 'net user')],
  ['T1087.001', started('net.exe', 'net user'), started('net.exe', 'net user x y /add')],
  ['T1136.001', started('net.exe', 'net user x y /add'), started('net.exe', 'net user x')],
  ['T1490', started('vssadmin.exe', 'vssadmin delete shadows /all'), started('vssadmin.exe', 'vssadmin list shadows')],
  ['T1070.001', security(1102, {}), security(4624, {})],
];

describe('behaviours', () => {
  it.each(cases)('%s is shown by its act and not by what is like it', (technique, act, nearMiss) => {
    expect(shown(act)).toContain(technique);
    expect(shown(nearMiss)).not.toContain(technique);
  });

  it('take no longer than is linear on text made to stall them', () => {
    // One expression among these was cubic: 31 KB of it did not end within a minute, which is this test's limit.
    const seeds = [
      'curl https://a',
      'user /',
      'save hklm\\',
      'group /add ',
      'certutil ',
      ' -e ',
      'process call ',
      'delete shadows',
      '\\services\\',
      '\\currentversion\\run',
      'a',
      ' ',
    ];
    for (const seed of seeds) {
      const long = seed.repeat(Math.ceil(65_536 / seed.length));
      for (const image of ['cmd.exe', 'net.exe', 'reg.exe', 'powershell.exe', 'wmic.exe', 'netsh.exe'])
        shown(started(image, long));
      shown(sysmon(13, { TargetObject: long }));
      shown(sysmon(11, { TargetFilename: long, Image: long }));
    }
    expect(seeds.length).toBeGreaterThan(0);
  });
});
