import { describe, expect, test } from 'vitest';
import type { Activity, JsonObject, VendorAlert } from '../contracts/event.ts';
import { lensOf } from './index.ts';

const at = Date.UTC(2026, 1, 3, 10, 15, 30);
const iso = '2026-02-03T10:15:30Z';

interface Case {
  readonly record: JsonObject;
  readonly lens: string;
  readonly origin: readonly [string, string, ...string[]];
  readonly id?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly activity: Partial<Activity>;
  /** undefined: the record is no alert. */
  readonly alert?: Partial<VendorAlert>;
}

const flow = {
  flow_id: 71,
  src_ip: '10.20.0.9',
  src_port: 50_001,
  dest_ip: '198.51.100.8',
  dest_port: 443,
  proto: 'TCP',
};
const eve = {
  timestamp: '2026-02-03T11:15:30.000000+0100',
  event_type: 'alert',
  ...flow,
  host: 'sensor-3',
  tls: { sni: 'cdn.bad.example' },
  alert: {
    action: 'allowed',
    gid: 1,
    signature_id: 9_000_042,
    rev: 7,
    signature: 'LOCAL MALWARE beacon',
    category: 'A Network Trojan was detected',
    severity: 1,
    metadata: {
      mitre_tactic_id: ['TA0011'],
      mitre_tactic_name: ['Command_And_Control'],
      mitre_technique_id: ['T1071', 'T1573.002'],
    },
  },
};

const wazuhAlert = {
  timestamp: '2026-02-03T10:15:30.000+0000',
  id: '1770113730.4711',
  rule: {
    id: '100901',
    level: 10,
    description: 'sshd: many failures, then a success',
    groups: ['syslog', 'sshd'],
    mitre: { id: ['T1110', 'T1078'], tactic: ['Credential Access', 'Initial Access'], technique: ['Brute Force'] },
  },
  agent: { id: '007', name: 'DB01.corp.example', ip: '10.20.0.30' },
  manager: { name: 'wazuh-1' },
  decoder: { name: 'sshd' },
  data: { srcip: '203.0.113.66', srcport: '61022', dstuser: 'deploy' },
  location: '/var/log/auth.log',
};

const finding = {
  schemaVersion: '2.0',
  accountId: '111122223333',
  region: 'eu-central-1',
  partition: 'aws',
  id: 'f-1',
  type: 'CredentialAccess:IAMUser/AnomalousBehavior',
  severity: 5.5,
  title: 'Unusual calls by jane',
  createdAt: '2026-02-03T10:20:00.000Z',
  updatedAt: '2026-02-03T10:21:00.000Z',
  resource: {
    resourceType: 'AccessKey',
    accessKeyDetails: { accessKeyId: 'AKIAEXAMPLE', principalId: 'AIDAEXAMPLE', userType: 'IAMUser', userName: 'Jane' },
  },
  service: {
    serviceName: 'guardduty',
    eventFirstSeen: '2026-02-03T10:00:00Z',
    eventLastSeen: iso,
    action: {
      actionType: 'AWS_API_CALL',
      awsApiCallAction: { api: 'GetSecretValue', remoteIpDetails: { ipAddressV4: '203.0.113.9' } },
    },
  },
};
const instance = {
  ...finding,
  type: 'CryptoCurrency:EC2/BitcoinTool.B',
  resource: {
    resourceType: 'Instance',
    instanceDetails: {
      instanceId: 'i-0abc',
      networkInterfaces: [
        { privateDnsName: 'ip-10-0-3-4.eu-central-1.compute.internal', privateIpAddress: '10.0.3.4' },
      ],
    },
  },
  service: {
    ...finding.service,
    action: {
      actionType: 'NETWORK_CONNECTION',
      networkConnectionAction: {
        connectionDirection: 'OUTBOUND',
        remoteIpDetails: { ipAddressV4: '198.51.100.200' },
        remotePortDetails: { port: 8333 },
      },
    },
  },
};

const endpointAlert = {
  id: 'da-17',
  incidentId: 9,
  severity: 'High',
  status: 'New',
  detectionSource: 'WindowsDefenderAtp',
  detectorId: '5c6b7d66-0000-4000-8000-000000000001',
  category: 'CredentialAccess',
  title: 'Memory of a system process was read',
  alertCreationTime: '2026-02-03T10:16:40.1234567Z',
  firstEventTime: '2026-02-03T10:15:00.7654321Z',
  lastEventTime: '2026-02-03T10:15:30.0000000Z',
  machineId: 'm-1',
  computerDnsName: 'WS44.corp.example',
  mitreTechniques: ['T1003.001'],
  relatedUser: { userName: 'Ana', domainName: 'CORP' },
  evidence: [
    { entityType: 'User', accountName: 'somebody', domainName: 'CORP', userPrincipalName: 'somebody@corp.example' },
    {
      entityType: 'Process',
      fileName: 'dumper.exe',
      filePath: 'C:\\Users\\ana\\Downloads',
      processId: 4120,
      processCommandLine: 'dumper.exe -ma 700',
      parentProcessId: 3900,
      parentProcessFileName: 'cmd.exe',
      parentProcessFilePath: 'C:\\Windows\\System32',
    },
    { entityType: 'File', fileName: 'out.dmp', filePath: 'C:\\Temp' },
    { entityType: 'Ip', ipAddress: '198.51.100.40' },
    { entityType: 'Url', url: 'https://drop.bad.example/put?id=1' },
  ],
};
const cloudAlert = {
  alertId: 'ca-3',
  incidentId: 10,
  serviceSource: 'MicrosoftCloudAppSecurity',
  creationTime: '2026-02-03T10:17:00Z',
  firstActivity: '2026-02-03T10:00:00Z',
  lastActivity: iso,
  title: 'Impossible travel',
  category: 'InitialAccess',
  severity: 'UnSpecified',
  detectionSource: 'MCAS',
  mitreTechniques: [],
  devices: [],
  entities: [
    { entityType: 'User', accountName: 'Ana', userPrincipalName: 'Ana@corp.example' },
    { entityType: 'Ip', ipAddress: '203.0.113.71' },
  ],
};

const graph = (kind: string, rest: JsonObject): JsonObject => ({
  '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
  ...rest,
});
const graphRecord = {
  '@odata.type': '#microsoft.graph.security.alert',
  id: 'ga-1',
  providerAlertId: 'da-17',
  serviceSource: 'microsoftDefenderForEndpoint',
  detectionSource: 'antivirus',
  severity: 'medium',
  title: 'A hacking tool was prevented',
  category: 'DefenseEvasion',
  mitreTechniques: ['T1564.001'],
  createdDateTime: '2026-02-03T10:18:00.1Z',
  firstActivityDateTime: '2026-02-03T10:15:00.1Z',
  lastActivityDateTime: '2026-02-03T10:15:30.000Z',
  evidence: [
    graph('process', {
      processId: 812,
      processCommandLine: 'tool.exe /q',
      imageFile: { fileName: 'tool.exe', filePath: 'C:\\Temp' },
      userAccount: { accountName: 'Ben', userPrincipalName: 'ben@corp.example' },
    }),
    graph('device', { deviceDnsName: 'ws45.corp.example' }),
    graph('ip', { ipAddress: '198.51.100.41' }),
  ],
};

const ocsf = {
  class_uid: 2004,
  category_uid: 2,
  type_uid: 200_401,
  activity_id: 1,
  time: at,
  severity_id: 4,
  severity: 'High',
  metadata: { version: '1.3.0', uid: 'ev-1', product: { name: 'Acme EDR!', vendor_name: 'Acme' } },
  finding_info: {
    uid: 'fi-1',
    title: 'Shell started by a web server',
    analytic: { uid: 'r-55', name: 'web-shell', version: '3' },
    attacks: [
      {
        technique: { uid: 'T1505', name: 'Server Software Component' },
        sub_technique: { uid: 'T1505.003' },
        tactic: { uid: 'TA0003', name: 'Persistence' },
      },
    ],
  },
  device: { hostname: 'web02.corp.example' },
  evidences: [
    {
      process: { pid: 77, name: 'sh', cmd_line: 'sh -c id', file: { path: '/bin/sh' } },
      actor: { user: { name: 'www-data' } },
      src_endpoint: { ip: '203.0.113.90' },
      dst_endpoint: { ip: '10.20.0.80', port: 443 },
    },
  ],
};

const anomaly = {
  AnalysisComponent: {
    AnalysisComponentIdentifier: 4,
    AnalysisComponentType: 'NewMatchPathValueDetector',
    AnalysisComponentName: 'New user agent',
    Message: 'New value(s) detected',
    AffectedLogAtomPaths: ['/model/agent'],
  },
  LogData: {
    RawLogData: ['GET / curl'],
    Timestamps: [at / 1000],
    DetectionTimestamp: at / 1000 + 4,
    LogLinesCount: 1,
    LogResources: ['file:///var/log/web/access.log'],
  },
  AMiner: { ID: 'web02.corp.example' },
};

const cases: Record<string, Case> = {
  'Suricata alert': {
    record: eve,
    lens: 'suricata',
    origin: ['suricata', 'alert'],
    fields: {
      dst_ip: '198.51.100.8',
      src_ip: '10.20.0.9',
      'alert.signature_id': 9_000_042,
      'alert.metadata.mitre_technique_id': ['T1071', 'T1573.002'],
    },
    activity: {
      kind: 'network',
      host: undefined,
      sourceAddress: '10.20.0.9',
      remoteAddress: '198.51.100.8',
      remotePort: 443,
      domain: 'cdn.bad.example',
    },
    alert: {
      product: 'suricata',
      ruleId: '9000042',
      revision: '7',
      title: 'LOCAL MALWARE beacon',
      level: 'high',
      vendorSeverity: '1',
      techniques: ['T1071', 'T1573.002'],
      tactics: ['command-and-control'],
    },
  },
  'Suricata alert on an answer, dropped, in a shipper’s ECS': {
    record: {
      ...eve,
      '@timestamp': '2026-02-03T10:15:31Z',
      ecs: { version: '8.0.0' },
      src_ip: '198.51.100.8',
      dest_ip: '10.20.0.9',
      dest_port: 50_001,
      flow: { src_ip: '10.20.0.9', dest_ip: '198.51.100.8', dest_port: 443 },
      alert: { action: 'blocked', gid: 3, signature_id: 5, signature: 'x', severity: 4 },
    },
    lens: 'suricata',
    origin: ['suricata', 'alert'],
    activity: { sourceAddress: '10.20.0.9', remoteAddress: '198.51.100.8', remotePort: 443, outcome: 'failure' },
    alert: {
      ruleId: '3:5',
      revision: undefined,
      level: 'informational',
      vendorSeverity: '4',
      techniques: [],
      tactics: [],
    },
  },
  'Suricata DNS': {
    record: {
      timestamp: iso,
      event_type: 'dns',
      ...flow,
      dns: { version: 3, type: 'request', queries: [{ rrname: 'A.bad.example', rrtype: 'TXT' }] },
    },
    lens: 'suricata',
    origin: ['suricata', 'dns', 'dns'],
    fields: { query: ['A.bad.example'], record_type: ['TXT'] },
    activity: { kind: 'dns', domain: 'a.bad.example', sourceAddress: '10.20.0.9', action: 'Suricata dns' },
  },
  'Suricata HTTP': {
    record: {
      timestamp: iso,
      event_type: 'http',
      ...flow,
      http: { hostname: 'x.example', url: '/a?b=c', http_user_agent: 'curl/8', http_method: 'POST', status: 200 },
    },
    lens: 'suricata',
    origin: ['suricata', 'http', 'proxy', 'webserver'],
    fields: {
      'c-uri': '/a?b=c',
      'cs-method': 'POST',
      'c-useragent': 'curl/8',
      'sc-status': 200,
      'cs-host': 'x.example',
    },
    activity: { kind: 'network', domain: 'x.example', object: '/a?b=c' },
  },
  'Suricata statistics': {
    record: { timestamp: iso, event_type: 'stats', stats: { uptime: 5 } },
    lens: 'suricata',
    origin: ['suricata', 'stats'],
    activity: { kind: 'other', sourceAddress: undefined },
  },
  Wazuh: {
    record: wazuhAlert,
    lens: 'wazuh',
    origin: ['wazuh', 'alerts'],
    id: 'wazuh-1|1770113730.4711',
    fields: { 'rule.level': 10, 'data.srcip': '203.0.113.66' },
    activity: { host: 'db01', user: 'deploy', targetUser: undefined, sourceAddress: '203.0.113.66', kind: 'other' },
    alert: {
      product: 'wazuh',
      ruleId: '100901',
      title: 'sshd: many failures, then a success',
      level: 'medium',
      vendorSeverity: '10',
      techniques: ['T1110', 'T1078'],
      tactics: ['credential-access', 'initial-access'],
    },
  },
  'Wazuh on a Windows event': {
    record: {
      ...wazuhAlert,
      data: {
        win: {
          system: { computer: 'WS9.corp.example', eventID: '1' },
          eventdata: {
            image: 'C:\\Temp\\a.exe',
            processId: '88',
            processGuid: '{00000000-0000-0000-0000-0000000000a1}',
            commandLine: 'a.exe /x',
            parentImage: 'C:\\Windows\\explorer.exe',
            user: 'CORP\\Ana',
            logonId: '0x3A1',
          },
        },
      },
    },
    lens: 'wazuh',
    origin: ['wazuh', 'alerts'],
    id: 'wazuh-1|1770113730.4711',
    activity: {
      host: 'ws9',
      user: 'ana',
      logonId: '0x3a1',
      process: {
        key: 'ws9|{00000000-0000-0000-0000-0000000000a1}',
        pid: '88',
        image: 'C:\\Temp\\a.exe',
        commandLine: 'a.exe /x',
      },
    },
    alert: { ruleId: '100901' },
  },
  'Wazuh on a line that another machine sent to the manager': {
    record: {
      ...wazuhAlert,
      agent: { id: '000', name: 'wazuh-1' },
      predecoder: { hostname: 'fw01' },
      syscheck: { path: '/etc/passwd' },
      data: {},
    },
    lens: 'wazuh',
    origin: ['wazuh', 'alerts'],
    id: 'wazuh-1|1770113730.4711',
    activity: { host: 'fw01', file: '/etc/passwd' },
    alert: { ruleId: '100901' },
  },
  'Suricata passed on by Wazuh': {
    record: {
      ...wazuhAlert,
      rule: { id: '86601', level: 3, description: 'Suricata: Alert - LOCAL MALWARE beacon' },
      data: { ...eve, alert: { ...eve.alert, signature_id: '9000042', severity: '1', rev: '7' } },
    },
    lens: 'wazuh',
    origin: ['wazuh', 'alerts'],
    id: 'wazuh-1|1770113730.4711',
    activity: { kind: 'network', host: undefined, sourceAddress: '10.20.0.9', remoteAddress: '198.51.100.8' },
    alert: {
      ruleId: '86601/suricata:9000042',
      level: 'informational',
      vendorSeverity: '3',
      techniques: ['T1071', 'T1573.002'],
      tactics: ['command-and-control'],
    },
  },
  'GuardDuty on a key': {
    record: finding,
    lens: 'guardduty',
    origin: ['aws', 'guardduty'],
    id: '111122223333|f-1|2026-02-03T10:21:00.000Z',
    fields: { 'service.action.awsApiCallAction.api': 'GetSecretValue' },
    activity: {
      user: 'jane',
      principal: 'arn:aws:iam::111122223333:user/Jane',
      sourceAddress: '203.0.113.9',
      host: undefined,
    },
    alert: {
      product: 'guardduty',
      ruleId: 'CredentialAccess:IAMUser/AnomalousBehavior',
      title: 'Unusual calls by jane',
      level: 'medium',
      vendorSeverity: '5.5',
      techniques: [],
      tactics: ['credential-access'],
    },
  },
  'GuardDuty on a role session': {
    record: {
      ...finding,
      resource: {
        accessKeyDetails: { principalId: 'AROAEXAMPLE:deploy-7', userType: 'AssumedRole', userName: 'deployer' },
      },
    },
    lens: 'guardduty',
    origin: ['aws', 'guardduty'],
    id: '111122223333|f-1|2026-02-03T10:21:00.000Z',
    activity: { principal: 'arn:aws:sts::111122223333:assumed-role/deployer/deploy-7' },
    alert: {},
  },
  'GuardDuty on an instance, in EventBridge’s envelope': {
    record: {
      'detail-type': 'GuardDuty Finding',
      source: 'aws.guardduty',
      time: '2026-02-03T10:30:00Z',
      detail: instance,
    },
    lens: 'guardduty',
    origin: ['aws', 'guardduty'],
    id: '111122223333|f-1|2026-02-03T10:21:00.000Z',
    fields: { type: 'CryptoCurrency:EC2/BitcoinTool.B' },
    activity: {
      host: 'ip-10-0-3-4',
      resource: 'i-0abc',
      sourceAddress: '10.0.3.4',
      remoteAddress: '198.51.100.200',
      remotePort: 8333,
    },
    alert: { tactics: [], techniques: [], level: 'medium' },
  },
  'GuardDuty attack sequence': {
    record: {
      ...finding,
      type: 'AttackSequence:IAM/CompromisedCredentials',
      severity: 9,
      service: {
        ...finding.service,
        detection: {
          sequence: {
            sequenceIndicators: [
              { key: 'ATTACK_TACTIC', values: ['Persistence', 'Defense Evasion'] },
              { key: 'ATTACK_TECHNIQUE', values: ['T1098.003 - Additional Cloud Roles', 'T1562.008'] },
              { key: 'SUSPICIOUS_USER_AGENT', values: ['T1000 is no technique here'] },
            ],
          },
        },
      },
    },
    lens: 'guardduty',
    origin: ['aws', 'guardduty'],
    id: '111122223333|f-1|2026-02-03T10:21:00.000Z',
    activity: {},
    alert: {
      level: 'critical',
      vendorSeverity: '9',
      techniques: ['T1098.003', 'T1562.008'],
      tactics: ['persistence', 'defense-evasion'],
    },
  },
  'Defender for Endpoint': {
    record: endpointAlert,
    lens: 'defender',
    origin: ['m365', 'defender'],
    id: 'da-17|2026-02-03T10:15:30.0000000Z',
    fields: { 'evidence.entityType': ['User', 'Process', 'File', 'Ip', 'Url'] },
    activity: {
      host: 'ws44',
      user: 'ana',
      principal: undefined,
      process: {
        key: 'ws44|4120',
        pid: '4120',
        image: 'C:\\Users\\ana\\Downloads\\dumper.exe',
        commandLine: 'dumper.exe -ma 700',
      },
      parent: { key: 'ws44|3900', pid: '3900', image: 'C:\\Windows\\System32\\cmd.exe', commandLine: undefined },
      file: 'C:\\Temp\\out.dmp',
      remoteAddress: '198.51.100.40',
      domain: 'drop.bad.example',
    },
    alert: {
      product: 'defender',
      ruleId: '5c6b7d66-0000-4000-8000-000000000001',
      level: 'high',
      vendorSeverity: 'High',
      techniques: ['T1003.001'],
      tactics: ['credential-access'],
    },
  },
  'Defender XDR on an account': {
    record: cloudAlert,
    lens: 'defender',
    origin: ['m365', 'defender'],
    id: `ca-3|${iso}`,
    activity: {
      host: undefined,
      user: 'ana',
      principal: 'ana@corp.example',
      sourceAddress: '203.0.113.71',
      remoteAddress: undefined,
    },
    alert: {
      ruleId: 'Impossible travel',
      level: 'medium',
      vendorSeverity: 'UnSpecified',
      techniques: [],
      tactics: ['initial-access'],
    },
  },
  'Graph security alert': {
    record: graphRecord,
    lens: 'graph-alert',
    origin: ['m365', 'security_alert'],
    id: 'ga-1|2026-02-03T10:15:30.000Z',
    activity: {
      host: 'ws45',
      user: 'ben',
      principal: undefined,
      process: { key: 'ws45|812', pid: '812', image: 'C:\\Temp\\tool.exe', commandLine: 'tool.exe /q' },
      remoteAddress: '198.51.100.41',
    },
    alert: {
      product: 'graph',
      ruleId: 'A hacking tool was prevented',
      level: 'medium',
      vendorSeverity: 'medium',
      techniques: ['T1564.001'],
      tactics: ['defense-evasion'],
    },
  },
  'OCSF detection finding': {
    record: ocsf,
    lens: 'ocsf-finding',
    origin: ['ocsf', 'detection_finding'],
    id: 'ev-1',
    activity: {
      host: 'web02',
      user: 'www-data',
      process: { key: 'web02|77', pid: '77', image: '/bin/sh', commandLine: 'sh -c id' },
      sourceAddress: '203.0.113.90',
      remoteAddress: '10.20.0.80',
      remotePort: 443,
    },
    alert: {
      product: 'ocsf-acme-edr',
      ruleId: 'r-55',
      revision: '3',
      title: 'Shell started by a web server',
      level: 'high',
      vendorSeverity: '4 High',
      techniques: ['T1505.003'],
      tactics: ['persistence'],
    },
  },
  'OCSF finding of an older version, updated': {
    record: {
      ...ocsf,
      activity_id: 2,
      severity_id: 99,
      severity: 'Urgent',
      metadata: { version: '1.1.0' },
      finding_info: { uid: 'fi-1', title: 'x' },
      attacks: [{ technique: { uid: 'T1190' }, tactics: [{ uid: 'TA0001' }, { name: 'Execution' }] }],
    },
    lens: 'ocsf-finding',
    origin: ['ocsf', 'detection_finding'],
    id: `fi-1|2|${at}`,
    activity: { host: 'web02' },
    alert: {
      product: 'ocsf',
      ruleId: 'x',
      level: 'medium',
      vendorSeverity: '99 Urgent',
      techniques: ['T1190'],
      tactics: ['initial-access', 'execution'],
    },
  },
  'OCSF finding that was closed': {
    record: { ...ocsf, activity_id: 3 },
    lens: 'ocsf-finding',
    origin: ['ocsf', 'detection_finding'],
    id: 'ev-1',
    activity: { host: 'web02' },
  },
  AMiner: {
    record: anomaly,
    lens: 'aminer',
    origin: ['aminer', 'alerts'],
    activity: { host: 'web02', sourceAddress: undefined, object: '/var/log/web/access.log' },
    alert: {
      product: 'aminer',
      ruleId: 'New user agent',
      title: 'New user agent',
      level: 'low',
      vendorSeverity: 'not given',
      techniques: [],
      tactics: [],
    },
  },
  'AMiner named by its address': {
    record: { ...anomaly, AMiner: { ID: '10.20.0.80' } },
    lens: 'aminer',
    origin: ['aminer', 'alerts'],
    activity: { host: undefined, sourceAddress: '10.20.0.80' },
    alert: {},
  },
  'row of the AIT table': {
    record: {
      time: String(at / 1000),
      name: 'Wazuh: something odd',
      ip: '10.20.0.80',
      host: 'web',
      short: 'W-All-Odd',
    },
    lens: 'ait-alert',
    origin: ['wazuh', 'alerts'],
    activity: { host: 'web', remoteAddress: '10.20.0.80' },
    alert: { product: 'wazuh', ruleId: 'ait:W-All-Odd', title: 'Wazuh: something odd', vendorSeverity: 'not given' },
  },
};

describe.each(Object.entries(cases))(
  '%s',
  (_name, { record, lens: expected, origin: [product, service, ...categories], id, fields, activity, alert }) => {
    const lens = lensOf(record);
    test('lens, time, origin, identity', () => {
      expect(lens.name).toBe(expected);
      expect(lens.time(record)).toBe(at);
      expect(lens.origin(record)).toEqual({ product, service, categories });
      expect(lens.origin(structuredClone(record))).toBe(lens.origin(record));
      expect(lens.nativeId(record)).toBe(id);
    });
    test('fields and activity', () => {
      for (const [field, value] of Object.entries(fields ?? {}))
        expect([field, lens.reader(field)(record)]).toEqual([field, value]);
      expect(lens.activity(record)).toMatchObject(activity);
    });
    test('what it reports', () => {
      if (alert === undefined) expect(lens.alert?.(record)).toBeUndefined();
      else expect(lens.alert?.(record)).toMatchObject(alert);
    });
  },
);

describe('severity', () => {
  const levelIn = (record: JsonObject) => lensOf(record).alert?.(record)?.level;
  const information = 'informational';
  test.each([
    [1, 'high'],
    [2, 'medium'],
    [3, 'low'],
    [4, information],
    [255, information],
    ['1', 'high'],
    [0, 'medium'],
    ['urgent', 'medium'],
    [undefined, 'medium'],
  ])('Suricata %s is %s', (severity, level) => {
    expect(levelIn({ ...eve, alert: { ...eve.alert, severity } })).toBe(level);
  });
  test.each([
    ...[0, 1, 2, 3].map((level) => [level, information] as const),
    ...[4, 5, 6].map((level) => [level, 'low'] as const),
    ...[7, 8, 9, 10, 11].map((level) => [level, 'medium'] as const),
    ...[12, 13, 14].map((level) => [level, 'high'] as const),
    ...[15, 16].map((level) => [level, 'critical'] as const),
    ['12', 'high'] as const,
    ['x', 'medium'] as const,
  ])('Wazuh %s is %s', (level, ours) => {
    expect(levelIn({ ...wazuhAlert, rule: { ...wazuhAlert.rule, level } })).toBe(ours);
  });
  test.each([
    [0, information],
    [0.9, information],
    [1, 'low'],
    [3.9, 'low'],
    [4, 'medium'],
    [6.9, 'medium'],
    [7, 'high'],
    [8.9, 'high'],
    [9, 'critical'],
    [10, 'critical'],
    ['8.5', 'high'],
    ['?', 'medium'],
  ])('GuardDuty %s is %s', (severity, level) => {
    expect(levelIn({ ...finding, severity })).toBe(level);
  });
  test.each([
    ['informational', information],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['unknown', 'medium'],
    ['unknownFutureValue', 'medium'],
    ['constructor', 'medium'],
  ])('Microsoft %s is %s, in any case', (severity, level) => {
    expect(levelIn({ ...graphRecord, severity })).toBe(level);
    expect(levelIn({ ...endpointAlert, severity: severity.toUpperCase() })).toBe(level);
  });
  test.each([
    [0, 'medium'],
    [1, information],
    [2, 'low'],
    [3, 'medium'],
    [4, 'high'],
    [5, 'critical'],
    [6, 'critical'],
    [7, 'medium'],
    [99, 'medium'],
    [-1, 'medium'],
  ])('OCSF %s is %s', (severity_id, level) => {
    expect(levelIn({ ...ocsf, severity_id })).toBe(level);
  });
});
