import { baseName } from '../../contracts/names.ts';
import {
  type Behaviour,
  command,
  image,
  keyWritten,
  kindIs,
  lsassRegulars,
  readsMemory,
  shellNames,
  starts,
} from './behaviour.ts';

/** Running code, staying, and getting at credentials in memory. */
export const entryToFoothold: readonly Behaviour[] = [
  {
    technique: 'T1003.001',
    says: 'memory of LSASS opened by a program that has no business there',
    logOdds: 0.8,
    shown: kindIs(
      'process_access',
      (a) => baseName(a.target?.image ?? '') === 'lsass.exe' && readsMemory(a) && !lsassRegulars.has(image(a)),
    ),
  },
  {
    technique: 'T1055',
    says: 'a thread was started inside another process',
    logOdds: 0.5,
    shown: kindIs('remote_thread', (a) => image(a) !== 'csrss.exe' && a.process?.key !== a.target?.key),
  },
  { technique: 'T1059.001', says: 'PowerShell ran', logOdds: 0, shown: starts(['powershell.exe', 'pwsh.exe']) },
  {
    technique: 'T1027',
    says: 'an encoded or hidden PowerShell command ran',
    logOdds: 0.5,
    shown: starts(
      ['powershell.exe', 'pwsh.exe'],
      /\s[-/–]e(n|nc|nco\w*)?\s+[a-z0-9+/=]{40,}|frombase64string|-w(indowstyle)?\s+hid/,
    ),
  },
  { technique: 'T1059.003', says: 'a command shell ran', logOdds: 0, shown: starts(['cmd.exe']) },
  {
    technique: 'T1059.005',
    says: 'a script host ran',
    logOdds: 0.1,
    shown: starts(['wscript.exe', 'cscript.exe'], /\.(vbs|vbe|js|jse|wsf)/),
  },
  { technique: 'T1218.005', says: 'mshta ran', logOdds: 0.4, shown: starts(['mshta.exe']) },
  {
    technique: 'T1218.010',
    says: 'regsvr32 registered from a remote or scriptlet source',
    logOdds: 0.5,
    shown: starts(['regsvr32.exe'], /scrobj|\/i:|https?:/),
  },
  {
    technique: 'T1218.011',
    says: 'rundll32 ran code from a script or an unusual place',
    logOdds: 0.3,
    shown: starts(['rundll32.exe'], /javascript:|\\temp\\|\\appdata\\|comsvcs/),
  },
  { technique: 'T1218.004', says: 'InstallUtil ran', logOdds: 0.4, shown: starts(['installutil.exe']) },
  {
    technique: 'T1127.001',
    says: 'MSBuild ran a project outside a build',
    logOdds: 0.2,
    shown: starts(['msbuild.exe']),
  },
  {
    technique: 'T1047',
    says: 'WMI started a process',
    logOdds: 0.2,
    shown: (a) =>
      a.kind === 'process_start' &&
      (baseName(a.parent?.image ?? '') === 'wmiprvse.exe' ||
        (image(a) === 'wmic.exe' && /process\s+call\s+create|\/node:/.test(command(a)))),
  },
  {
    technique: 'T1546.003',
    says: 'a WMI event subscription was made',
    logOdds: 0.6,
    shown: kindIs('wmi', (a) => /^(Sysmon (19|20|21)|WMI-Activity (5859|5860|5861))\b/.test(a.action ?? '')),
  },
  {
    technique: 'T1021.006',
    says: 'a remote PowerShell session ran commands',
    logOdds: 0.2,
    shown: (a) =>
      a.kind === 'process_start' &&
      (baseName(a.parent?.image ?? '') === 'wsmprovhost.exe' || image(a) === 'wsmprovhost.exe'),
  },
  {
    technique: 'T1021.003',
    says: 'DCOM started a program',
    logOdds: 0.2,
    shown: (a) =>
      a.kind === 'process_start' && baseName(a.parent?.image ?? '') === 'mmc.exe' && shellNames.includes(image(a)),
  },
  {
    technique: 'T1053.005',
    says: 'a scheduled task was made or changed',
    logOdds: 0.2,
    shown: (a) =>
      (a.kind === 'task' &&
        !/\b(4699|4701|141|142)\b/.test(a.action ?? '') &&
        !/^\\microsoft\\windows\\/i.test(a.object ?? '')) ||
      starts(['schtasks.exe'], /\/(create|change)/)(a),
  },
  {
    technique: 'T1053.003',
    says: 'a cron entry was written',
    logOdds: 0.2,
    shown: kindIs('file', (a) => /^\/(etc\/cron|var\/spool\/cron)/.test(a.file ?? '')),
  },
  {
    technique: 'T1543.003',
    says: 'a service was installed or reconfigured',
    logOdds: 0.3,
    shown: (a) =>
      a.kind === 'service_install' ||
      starts(['sc.exe'], /\b(create|config)\b/)(a) ||
      keyWritten(/\\services\\[^\\]+\\(imagepath|servicedll)$/i)(a),
  },
  {
    technique: 'T1547.001',
    says: 'a Run key was written',
    logOdds: 0.3,
    shown: keyWritten(/\\currentversion\\(run|runonce|runonceex|policies\\explorer\\run)(\\|$)/i),
  },
  {
    technique: 'T1547.001',
    says: 'a file was put in a Startup folder',
    logOdds: 0.4,
    shown: kindIs('file', (a) => /\\start menu\\programs\\startup\\/i.test(a.file ?? '')),
  },
  {
    technique: 'T1112',
    says: 'a setting that protects credentials or remote access was changed in the registry',
    logOdds: 0.4,
    shown: keyWritten(
      /\\(wdigest\\uselogoncredential|lsa\\(runasppl|limitblankpassworduse|restrictedadmin|disablerestrictedadmin)|terminal server\\fdenytsconnections)/i,
    ),
  },
  {
    // ATT&CK names MiniNt, the EventLog service's keys and command-line auditing under this technique.
    technique: 'T1562.002',
    says: 'a registry setting that event logging depends on was changed',
    logOdds: 0.5,
    shown: keyWritten(
      /\\control\\minint|\\services\\eventlog\\|processcreationincludecmdline_enabled|\\winevt\\channels\\[^\\]+\\enabled/i,
    ),
  },
  {
    technique: 'T1003.002',
    says: 'account secrets in the SAM or LSA keys were read by a program that is not the system',
    logOdds: 0.5,
    shown: kindIs(
      'registry',
      (a) =>
        /\\sam\\domains\\account|\\control\\lsa\\(jd|skew1|gbg|data)\b|\\security\\(policy\\secrets|cache)/i.test(
          a.registryKey ?? '',
        ) && image(a) !== 'lsass.exe',
    ),
  },
];
