import { baseName } from '../../contracts/names.ts';
import { type Behaviour, command, image, kindIs, shellNames, starts, userWritable } from './behaviour.ts';

/** Hiding, credentials at rest, looking around, moving, taking and breaking; and the cloud's own. */
export const footholdToHarm: readonly Behaviour[] = [
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
      starts(['reg.exe'], /\bsave\b/, /\b(hklm|hkey_local_machine)\\(sam|system|security)\b/)(a) ||
      (a.kind === 'process_start' && /\\config\\(sam|security)\b/.test(command(a))),
  },
  {
    technique: 'T1003.003',
    says: 'the directory database (NTDS.dit) was copied',
    logOdds: 1,
    shown: (a) =>
      (a.kind === 'process_start' && /ntds\.dit|ntdsutil/.test(`${command(a)} ${image(a)}`)) ||
      (a.kind === 'file' &&
        /^Sysmon 11\b/.test(a.action ?? '') &&
        /ntds\.dit$/i.test(a.file ?? '') &&
        image(a) !== 'lsass.exe'),
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
      starts(['net.exe', 'net1.exe'], /\buser\b/, /\/add/)(a),
  },
  {
    technique: 'T1098',
    says: 'an account was given more rights',
    logOdds: 0.3,
    shown: (a) =>
      (a.kind === 'account_change' && /47(28|32|56)|added to/i.test(a.action ?? '')) ||
      starts(['net.exe', 'net1.exe'], /group/, /\/add/)(a),
  },
  {
    technique: 'T1087.002',
    says: 'domain accounts were listed',
    logOdds: 0.2,
    shown: (a) =>
      starts(['net.exe', 'net1.exe'], /\buser\b/, /\/dom/)(a) ||
      starts(['dsquery.exe'], /\buser\b/)(a) ||
      starts(['adfind.exe'], /objectcategory=person/)(a),
  },
  {
    technique: 'T1087.001',
    says: 'local accounts were listed',
    logOdds: 0.1,
    shown: (a) => starts(['net.exe', 'net1.exe'], /\buser\b/)(a) && !command(a).includes('/'),
  },
  {
    technique: 'T1069.002',
    says: 'domain groups were listed',
    logOdds: 0.2,
    shown: (a) =>
      (starts(['net.exe', 'net1.exe'], /\bgroup\b/, /\/dom/)(a) && !command(a).includes('/add')) ||
      starts(['dsquery.exe'], /\bgroup\b/)(a) ||
      starts(['adfind.exe'], /objectcategory=group/)(a),
  },
  {
    technique: 'T1069.001',
    says: 'local groups were listed',
    logOdds: 0.1,
    shown: (a) => starts(['net.exe', 'net1.exe'], /\blocalgroup\b/)(a) && !command(a).includes('/add'),
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
    shown: (a) => {
      if (a.kind !== 'process_start') return false;
      const words = command(a);
      if (/downloadstring|downloadfile|invoke-webrequest|start-bitstransfer/.test(words)) return true;
      if (words.includes('certutil') && words.includes('-urlcache')) return true;
      if (words.includes('bitsadmin') && words.includes('/transfer')) return true;
      return /\b(curl|wget)\b/.test(words) && /https?:\/\//.test(words) && /\||\s-o\b/.test(words);
    },
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
    // One mistyped password is no guessing: told, not counted.
    technique: 'T1110',
    says: 'sign-ins failed',
    logOdds: 0,
    shown: (a) => a.kind === 'sign_in_failure' || a.kind === 'logon_failure',
  },
];
