import type { Activity } from '../contracts/event.ts';
import { baseName } from '../contracts/names.ts';

/**
 * What events show by themselves, whatever the detectors said: a table of acts with the ATT&CK technique each is, and how far
 * seeing it near a detection moves the odds. Acts that daily administration also does carry little or nothing; they are told, not
 * counted.
 */
export interface Behaviour {
  readonly technique: string;
  readonly says: string;
  readonly logOdds: number;
  readonly shown: (activity: Activity) => boolean;
}

const image = (activity: Activity): string => baseName(activity.process?.image ?? '');
const command = (activity: Activity): string => (activity.process?.commandLine ?? '').toLowerCase();
const starts = (names: readonly string[], words?: RegExp) => {
  const set = new Set(names);
  return (activity: Activity): boolean =>
    activity.kind === 'process_start' &&
    set.has(image(activity)) &&
    (words === undefined || words.test(command(activity)));
};
const kindIs = (kind: Activity['kind'], test?: (activity: Activity) => boolean) => (activity: Activity) =>
  activity.kind === kind && (test === undefined || test(activity));

/** Windows processes that open LSASS all day long. */
const lsassRegulars = new Set([
  'svchost.exe',
  'wininit.exe',
  'csrss.exe',
  'services.exe',
  'msmpeng.exe',
  'lsm.exe',
  'wmiprvse.exe',
  'vmtoolsd.exe',
  'taskmgr.exe',
]);
const userWritable =
  /\\(users\\(?!all users)[^\\]+\\(appdata|downloads|desktop|documents)|temp|programdata|perflogs|public)\\|^\/(tmp|dev\/shm|var\/tmp)\//i;
const shellNames = ['powershell.exe', 'pwsh.exe', 'cmd.exe', 'wscript.exe', 'cscript.exe', 'mshta.exe'];

export const behaviours: readonly Behaviour[] = [
  {
    technique: 'T1003.001',
    says: 'memory of LSASS opened by a program that has no business there',
    logOdds: 0.8,
    shown: kindIs(
      'process_access',
      (a) => baseName(a.target?.image ?? '') === 'lsass.exe' && !lsassRegulars.has(image(a)),
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
  { technique: 'T1546.003', says: 'a WMI event subscription was made', logOdds: 0.6, shown: kindIs('wmi') },
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
    shown: (a) => a.kind === 'task' || starts(['schtasks.exe'], /\/(create|change)/)(a),
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
      (a.kind === 'registry' && /\\services\\[^\\]+\\(imagepath|servicedll)$/i.test(a.registryKey ?? '')),
  },
  {
    technique: 'T1547.001',
    says: 'a Run key was written',
    logOdds: 0.3,
    shown: kindIs('registry', (a) =>
      /\\currentversion\\(run|runonce|runonceex|policies\\explorer\\run)(\\|$)/i.test(a.registryKey ?? ''),
    ),
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
    shown: kindIs('registry', (a) =>
      /\\(wdigest\\uselogoncredential|lsa\\(runasppl|limitblankpassworduse|restrictedadmin|disablerestrictedadmin)|terminal server\\fdenytsconnections)/i.test(
        a.registryKey ?? '',
      ),
    ),
  },
  {
    // ATT&CK names MiniNt, the EventLog service's keys and command-line auditing under this technique.
    technique: 'T1562.002',
    says: 'a registry setting that event logging depends on was changed',
    logOdds: 0.5,
    shown: kindIs('registry', (a) =>
      /\\control\\minint|\\services\\eventlog\\|processcreationincludecmdline_enabled|\\winevt\\channels\\[^\\]+\\enabled/i.test(
        a.registryKey ?? '',
      ),
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
  { technique: 'T1070.001', says: 'an event log was cleared', logOdds: 0.8, shown: kindIs('log_cleared') },
  {
    technique: 'T1562.002',
    says: 'event logging was reconfigured',
    logOdds: 0.4,
    shown: (a) =>
      starts(['auditpol.exe'], /\/(set|clear|remove)/)(a) ||
      starts(['wevtutil.exe'], /\b(sl|cl|set-log|clear-log)\b/)(a),
  },
  {
    technique: 'T1562.004',
    says: 'the host firewall was changed',
    logOdds: 0.2,
    shown: starts(['netsh.exe'], /firewall/),
  },
  {
    technique: 'T1003.002',
    says: 'the SAM or SECURITY hive was saved',
    logOdds: 0.8,
    shown: (a) =>
      starts(['reg.exe'], /\bsave\b.*(hklm|hkey_local_machine)\\(sam|system|security)/)(a) ||
      (a.kind === 'process_start' && /\\config\\(sam|security)\b/.test(command(a))),
  },
  {
    technique: 'T1003.003',
    says: 'the directory database (NTDS.dit) was copied',
    logOdds: 1,
    shown: (a) =>
      (a.kind === 'process_start' && /ntds\.dit|ntdsutil/.test(`${command(a)} ${image(a)}`)) ||
      (a.kind === 'file' && /ntds\.dit$/i.test(a.file ?? '') && image(a) !== 'lsass.exe'),
  },
  {
    technique: 'T1003.006',
    says: 'directory replication rights were used',
    logOdds: 0.6,
    shown: kindIs(
      'directory_access',
      (a) =>
        /1131f6a[ad]|89e95b76|dcsync|replicat/i.test(`${a.object ?? ''} ${a.action ?? ''}`) &&
        !(a.user ?? '').endsWith('$'),
    ),
  },
  {
    technique: 'T1136.001',
    says: 'an account was made',
    logOdds: 0.3,
    shown: (a) =>
      (a.kind === 'account_change' && /4720|created/i.test(a.action ?? '')) ||
      starts(['net.exe', 'net1.exe'], /\buser\b.*\/add/)(a),
  },
  {
    technique: 'T1098',
    says: 'an account was given more rights',
    logOdds: 0.3,
    shown: (a) =>
      (a.kind === 'account_change' && /47(28|32|56|38)|added to/i.test(a.action ?? '')) ||
      starts(['net.exe', 'net1.exe'], /group.*\/add/)(a),
  },
  {
    technique: 'T1087.002',
    says: 'domain accounts were listed',
    logOdds: 0.2,
    shown: starts(
      ['net.exe', 'net1.exe', 'dsquery.exe', 'adfind.exe'],
      /\buser\b.*\/dom|dsquery.*\buser\b|objectcategory=person/,
    ),
  },
  {
    technique: 'T1087.001',
    says: 'local accounts were listed',
    logOdds: 0.1,
    shown: starts(['net.exe', 'net1.exe'], /\buser\b(?!.*\/)/),
  },
  {
    technique: 'T1069.002',
    says: 'domain groups were listed',
    logOdds: 0.2,
    shown: starts(
      ['net.exe', 'net1.exe', 'dsquery.exe', 'adfind.exe'],
      /\bgroup\b(?!.*\/add).*\/dom|dsquery.*\bgroup\b|objectcategory=group/,
    ),
  },
  {
    technique: 'T1069.001',
    says: 'local groups were listed',
    logOdds: 0.1,
    shown: starts(['net.exe', 'net1.exe'], /\blocalgroup\b(?!.*\/add)/),
  },
  {
    technique: 'T1082',
    says: 'the system was surveyed',
    logOdds: 0.1,
    shown: starts(['systeminfo.exe', 'hostname.exe', 'seatbelt.exe']),
  },
  {
    technique: 'T1033',
    says: 'the caller asked who it was',
    logOdds: 0.2,
    shown: starts(['whoami.exe', 'whoami', 'id', 'quser.exe']),
  },
  {
    technique: 'T1016',
    says: 'the network was surveyed',
    logOdds: 0.1,
    shown: starts(['ipconfig.exe', 'arp.exe', 'nltest.exe', 'route.exe', 'nslookup.exe']),
  },
  {
    technique: 'T1012',
    says: 'the registry was queried from a shell',
    logOdds: 0.1,
    shown: starts(['reg.exe'], /\bquery\b/),
  },
  {
    technique: 'T1105',
    says: 'a tool was fetched from elsewhere',
    logOdds: 0.4,
    shown: (a) =>
      a.kind === 'process_start' &&
      /downloadstring|downloadfile|invoke-webrequest|start-bitstransfer|certutil.*-urlcache|bitsadmin.*\/transfer|(curl|wget)\b.*https?:\/\/\S+.*(\||-o)/.test(
        command(a),
      ),
  },
  {
    technique: 'T1071.001',
    says: 'a script host talked to the network',
    logOdds: 0.3,
    shown: kindIs(
      'network',
      (a) => shellNames.includes(image(a)) || ['rundll32.exe', 'regsvr32.exe', 'installutil.exe'].includes(image(a)),
    ),
  },
  {
    technique: 'T1021.002',
    says: 'an administrative share was used',
    logOdds: 0.2,
    shown: kindIs('share_access', (a) => /(admin|[a-z])\$$/i.test(a.object ?? '') && !/ipc\$$/i.test(a.object ?? '')),
  },
  {
    technique: 'T1569.002',
    says: 'a program was run as a service from a place that users can write',
    logOdds: 0.5,
    shown: (a) =>
      a.kind === 'process_start' &&
      baseName(a.parent?.image ?? '') === 'services.exe' &&
      userWritable.test(a.process?.image ?? ''),
  },
  {
    technique: 'T1021.001',
    says: 'a remote desktop session was opened',
    logOdds: 0,
    shown: (a) => a.kind === 'logon' && /\b10\b|remoteinteractive/i.test(a.action ?? ''),
  },
  {
    technique: 'T1204.002',
    says: 'a program was started from a place that users can write',
    logOdds: 0.2,
    shown: (a) => a.kind === 'process_start' && userWritable.test(a.process?.image ?? ''),
  },
  {
    technique: 'T1560.001',
    says: 'data was packed with a password',
    logOdds: 0.4,
    shown: starts(['rar.exe', '7z.exe', 'winrar.exe', '7za.exe', 'zip'], /\s-(hp|p)\S+|-e\b/),
  },
  {
    technique: 'T1490',
    says: 'shadow copies were deleted',
    logOdds: 1,
    shown: (a) =>
      a.kind === 'process_start' && /delete\s+shadows|shadowcopy\s+delete|resize\s+shadowstorage/.test(command(a)),
  },
  {
    technique: 'T1098.001',
    says: 'cloud credentials were made',
    logOdds: 0.3,
    shown: kindIs('api_call', (a) => /^(CreateAccessKey|CreateLoginProfile|UpdateLoginProfile)$/.test(a.action ?? '')),
  },
  {
    technique: 'T1136.003',
    says: 'a cloud account was made',
    logOdds: 0.3,
    shown: kindIs('api_call', (a) => /^(CreateUser|Add user\.?)$/.test(a.action ?? '')),
  },
  {
    technique: 'T1562.008',
    says: 'cloud logging was stopped',
    logOdds: 0.9,
    shown: kindIs('api_call', (a) =>
      /^(StopLogging|DeleteTrail|DeleteFlowLogs|DeleteDetector|UpdateDetector|PutEventSelectors|DeleteQueryLoggingConfig|DeleteResolverQueryLogConfig)$/.test(
        a.action ?? '',
      ),
    ),
  },
  {
    technique: 'T1537',
    says: 'a snapshot or image was shared outside',
    logOdds: 0.7,
    shown: kindIs('api_call', (a) =>
      /^(ModifySnapshotAttribute|ModifyDBSnapshotAttribute|ModifyImageAttribute)$/.test(a.action ?? ''),
    ),
  },
  {
    technique: 'T1530',
    says: 'objects were read from cloud storage',
    logOdds: 0,
    shown: kindIs('api_call', (a) => /^GetObject$/.test(a.action ?? '')),
  },
  {
    technique: 'T1110.003',
    says: 'sign-ins failed',
    logOdds: 0.1,
    shown: (a) => a.kind === 'sign_in_failure' || a.kind === 'logon_failure',
  },
];
