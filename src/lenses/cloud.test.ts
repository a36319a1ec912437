import { describe, expect, test } from 'vitest';
import type { Activity, JsonObject } from '../contracts/event.ts';
import { lensOf } from './index.ts';

const at = Date.UTC(2024, 3, 17, 18, 30, 9);
const iso = '2024-04-17T18:30:09Z';
const read = (record: JsonObject, field: string) => lensOf(record).reader(field)(record);

const call = {
  eventVersion: '1.08',
  eventID: 'e-17',
  eventTime: iso,
  eventName: 'CreateAccessKey',
  eventSource: 'iam.amazonaws.com',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '203.0.113.5',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::1:assumed-role/dev/ana',
    sessionContext: { sessionIssuer: { userName: 'dev' } },
  },
  requestParameters: { userName: 'backup', items: [{ id: 1 }, { id: 2 }] },
};
const audit = {
  CreationTime: '2024-04-17T18:30:09',
  Id: 'm-1',
  Operation: 'Add-MailboxPermission',
  RecordType: 1,
  Workload: 'Exchange',
  UserId: 'Ana@corp.example',
  ClientIP: '[2001:db8::5]:54809',
  ObjectId: 'bob@corp.example',
  ResultStatus: 'True',
};

interface Case {
  readonly record: JsonObject;
  readonly lens: string;
  readonly origin: readonly [string | undefined, string | undefined, ...string[]];
  readonly id?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly activity: Partial<Activity>;
}

const cases: Record<string, Case> = {
  CloudTrail: {
    record: call,
    lens: 'cloudtrail',
    origin: ['aws', 'cloudtrail'],
    id: 'e-17',
    fields: {
      eventName: 'CreateAccessKey',
      'userIdentity.type': 'AssumedRole',
      'requestParameters.items.id': [1, 2],
      errorCode: undefined,
      'userIdentity.sessionContext.sessionIssuer.userName': 'dev',
    },
    activity: {
      kind: 'api_call',
      action: 'CreateAccessKey',
      principal: call.userIdentity.arn,
      user: 'dev',
      targetUser: 'backup',
      sourceAddress: '203.0.113.5',
      resource: 'backup',
      outcome: 'success',
    },
  },
  'CloudTrail through logstash': {
    record: { ...call, eventTime: undefined, '@timestamp': iso, errorCode: 'AccessDenied' },
    lens: 'cloudtrail',
    origin: ['aws', 'cloudtrail'],
    id: 'e-17',
    activity: { outcome: 'failure' },
  },
  'console sign-in that failed': {
    record: { ...call, eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } },
    lens: 'cloudtrail',
    origin: ['aws', 'cloudtrail'],
    id: 'e-17',
    activity: { kind: 'sign_in_failure', outcome: 'failure' },
  },
  'a role session named after a person': {
    record: {
      ...call,
      userIdentity: { ...call.userIdentity, arn: 'arn:aws:sts::1:assumed-role/sso-admin/Ana@corp.example' },
    },
    lens: 'cloudtrail',
    origin: ['aws', 'cloudtrail'],
    id: 'e-17',
    activity: { user: 'ana', principal: 'arn:aws:sts::1:assumed-role/sso-admin/Ana@corp.example' },
  },
  'unified audit': {
    record: audit,
    lens: 'm365',
    origin: ['m365', 'audit'],
    id: 'm-1',
    fields: {
      Operation: 'Add-MailboxPermission',
      Workload: 'Exchange',
      eventSource: 'Exchange',
      eventName: 'Add-MailboxPermission',
    },
    activity: {
      kind: 'api_call',
      user: 'ana',
      principal: 'ana@corp.example',
      targetUser: 'bob',
      sourceAddress: '2001:db8::5',
      resource: 'bob@corp.example',
      outcome: 'success',
    },
  },
  'unified audit wrapped by an export': {
    record: {
      RecordType: 1,
      CreationDate: '2024-04-17T18:30:10Z',
      UserIds: 'x',
      Operations: 'x',
      AuditData: JSON.stringify(audit),
    },
    lens: 'm365',
    origin: ['m365', 'audit'],
    id: 'm-1',
    fields: { Operation: 'Add-MailboxPermission', UserIds: 'x' },
    activity: { user: 'ana', targetUser: 'bob' },
  },
  'alert of the compliance centre': {
    record: {
      ...audit,
      Workload: 'SecurityComplianceCenter',
      Operation: 'AlertTriggered',
      Name: 'Mass download by a single user',
      Status: 'success',
    },
    lens: 'm365',
    origin: ['m365', 'threat_management'],
    id: 'm-1',
    fields: { eventSource: 'SecurityComplianceCenter', eventName: 'Mass download by a single user', status: 'success' },
    activity: {},
  },
  'failed sign-in in the unified audit log': {
    record: {
      ...audit,
      Workload: 'AzureActiveDirectory',
      Operation: 'UserLoginFailed',
      ResultStatus: 'Failed',
      ObjectId: 'Unknown',
    },
    lens: 'm365',
    origin: ['m365', 'audit'],
    id: 'm-1',
    activity: { kind: 'sign_in_failure', outcome: 'failure', targetUser: undefined },
  },
  'Graph sign-in': {
    record: {
      id: 's-1',
      createdDateTime: iso,
      userPrincipalName: 'Ana@corp.example',
      appDisplayName: 'Portal',
      ipAddress: '203.0.113.5',
      status: { errorCode: 50126 },
      deviceDetail: { trustType: '' },
    },
    lens: 'azure',
    origin: ['azure', 'signinlogs'],
    id: 's-1',
    fields: { 'DeviceDetail.trustType': '', UserPrincipalName: 'Ana@corp.example' },
    activity: {
      kind: 'sign_in_failure',
      principal: 'ana@corp.example',
      user: 'ana',
      sourceAddress: '203.0.113.5',
      resource: 'Portal',
      outcome: 'failure',
    },
  },
  'diagnostic sign-in': {
    record: {
      time: iso,
      resourceId: '/tenants/t/providers/Microsoft.aadiam',
      category: 'SignInLogs',
      operationName: 'Sign-in activity',
      resultType: '0',
      properties: {
        id: 's-2',
        userPrincipalName: 'ana@corp.example',
        ipAddress: '203.0.113.5',
        appId: 'a',
        status: { errorCode: 0 },
      },
    },
    lens: 'azure',
    origin: ['azure', 'signinlogs'],
    id: 's-2',
    fields: { 'properties.appId': 'a', appId: 'a', ResultType: '0', resultType: '0' },
    activity: { kind: 'sign_in', outcome: 'success', user: 'ana' },
  },
  'directory audit in Log Analytics': {
    record: {
      TimeGenerated: iso,
      Type: 'AuditLogs',
      Id: 'd-1',
      OperationName: 'Add member to role',
      Category: 'RoleManagement',
      Result: 'success',
      InitiatedBy: { user: { userPrincipalName: 'ana@corp.example' } },
      TargetResources: [{ userPrincipalName: 'bob@corp.example' }],
      LoggedByService: 'Core Directory',
    },
    lens: 'azure',
    origin: ['azure', 'auditlogs'],
    id: 'd-1',
    fields: { OperationName: 'Add member to role', operationName: 'Add member to role' },
    activity: {
      kind: 'account_change',
      user: 'ana',
      targetUser: 'bob',
      action: 'Add member to role',
      outcome: 'success',
    },
  },
  'Azure activity': {
    record: {
      time: iso,
      resourceId: '/subscriptions/s/vaults/v',
      operationName: 'MICROSOFT.KEYVAULT/VAULTS/DELETE',
      category: 'Administrative',
      resultType: 'Failed',
      callerIpAddress: '203.0.113.5',
      caller: 'ana@corp.example',
    },
    lens: 'azure',
    origin: ['azure', 'activitylogs'],
    fields: { operationName: 'MICROSOFT.KEYVAULT/VAULTS/DELETE' },
    activity: { kind: 'api_call', user: 'ana', resource: '/subscriptions/s/vaults/v', outcome: 'failure' },
  },
  'risk detection': {
    record: {
      id: 'r-1',
      riskEventType: 'leakedCredentials',
      detectedDateTime: iso,
      userPrincipalName: 'ana@corp.example',
    },
    lens: 'azure',
    origin: ['azure', 'riskdetection'],
    id: 'r-1',
    activity: { action: 'leakedCredentials', user: 'ana' },
  },
  Okta: {
    record: {
      uuid: 'o-1',
      published: iso,
      eventType: 'user.session.start',
      actor: { alternateId: 'ana@corp.example' },
      client: { ipAddress: '203.0.113.5' },
      outcome: { result: 'FAILURE' },
      target: [{ displayName: 'x' }, { displayName: 'y' }],
    },
    lens: 'okta',
    origin: ['okta', 'okta'],
    id: 'o-1',
    fields: { eventType: 'user.session.start', 'target.displayName': ['x', 'y'] },
    activity: { kind: 'sign_in_failure', user: 'ana', sourceAddress: '203.0.113.5', outcome: 'failure' },
  },
  'Google Cloud': {
    record: {
      insertId: 'g-1',
      timestamp: iso,
      logName: 'projects/p/logs/x',
      resource: { labels: { project_id: 'p' } },
      protoPayload: {
        methodName: 'SetIamPolicy',
        serviceName: 'run.googleapis.com',
        authenticationInfo: { principalEmail: 'ana@corp.example' },
        requestMetadata: { callerIp: '203.0.113.5' },
        resourceName: 'projects/p/x',
      },
    },
    lens: 'gcp',
    origin: ['gcp', 'gcp.audit'],
    id: 'g-1',
    fields: { 'gcp.audit.method_name': 'SetIamPolicy', 'data.protoPayload.methodName': 'SetIamPolicy' },
    activity: { kind: 'api_call', user: 'ana', resource: 'projects/p/x', action: 'SetIamPolicy' },
  },
  Kubernetes: {
    record: {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: 'k',
      verb: 'create',
      stageTimestamp: iso,
      user: { username: 'ana' },
      sourceIPs: ['203.0.113.5'],
      objectRef: { resource: 'secrets', name: 'x' },
      responseStatus: { code: 403 },
    },
    lens: 'kubernetes',
    origin: ['kubernetes', 'audit', 'application'],
    fields: { 'objectRef.resource': 'secrets', verb: 'create' },
    activity: { user: 'ana', resource: 'x', action: 'create', outcome: 'failure', sourceAddress: '203.0.113.5' },
  },
  GitHub: {
    record: { '@timestamp': at, _document_id: 'h', action: 'repo.destroy', actor: 'ana', org: 'acme', repo: 'acme/x' },
    lens: 'github',
    origin: ['github', 'audit'],
    id: 'h',
    activity: { action: 'repo.destroy', user: 'ana', resource: 'acme/x' },
  },
};

describe.each(Object.entries(cases))(
  '%s',
  (_name, { record, lens: expected, origin: [product, service, ...categories], id, fields, activity }) => {
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
        expect([field, read(record, field)]).toEqual([field, value]);
      expect(lens.activity(record)).toMatchObject(activity);
    });
  },
);

test('objects are text to rules: JSON, or pairs of name and value', () => {
  expect(read(call, 'requestParameters')).toBe(JSON.stringify(call.requestParameters));
  expect(read({ ...call, responseElements: null }, 'responseElements')).toBeNull();
  const rule = {
    ...audit,
    Operation: 'New-InboxRule',
    Parameters: [
      { Name: 'ForwardTo', Value: 'x@example.net' },
      { Name: 'Enabled', Value: true },
    ],
  };
  expect(read(rule, 'Parameters')).toEqual(['ForwardTo=x@example.net', 'Enabled=true']);
});

test('older names of the directory logs', () => {
  const record = {
    TimeGenerated: iso,
    Type: 'AuditLogs',
    OperationName: 'Delete user',
    Result: 'Success',
    TenantId: 't',
  };
  expect([read(record, 'properties.message'), read(record, 'Status')]).toEqual(['Delete user', 'Success']);
});

test('an AuditData that is cut off leaves the outer columns', () => {
  const record = {
    AuditData: '{"Operation":',
    Operations: 'New-InboxRule',
    UserIds: 'ana@corp.example',
    CreationDate: iso,
  };
  expect(lensOf(record).activity(record)).toMatchObject({ action: 'New-InboxRule', user: 'ana' });
  expect(lensOf(record).time(record)).toBe(at);
});
