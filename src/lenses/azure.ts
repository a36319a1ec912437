import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { type Draft, draft } from './activity.ts';
import { firstText, isObject, objectOf, type Reader, someScalar, textAtAny, textOf, textPathReader } from './fields.ts';
import { address, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf, whenceOf } from './whence.ts';

const service = (name: string): EventOrigin =>
  Object.freeze({ product: 'azure', service: name, categories: Object.freeze([]) });
const signin = service('signinlogs');
const audit = service('auditlogs');
const risk = service('riskdetection');
const pim = service('pim');
const activityLog = service('activitylogs');

/** Diagnostic category or Log Analytics table (lower case) -> which log it is. */
const logs: Readonly<Record<string, EventOrigin>> = {
  signinlogs: signin,
  noninteractiveusersigninlogs: signin,
  serviceprincipalsigninlogs: signin,
  managedidentitysigninlogs: signin,
  adfssigninlogs: signin,
  aadnoninteractiveusersigninlogs: signin,
  aadserviceprincipalsigninlogs: signin,
  aadmanagedidentitysigninlogs: signin,
  auditlogs: audit,
  riskyusers: risk,
  userriskevents: risk,
  aaduserriskevents: risk,
  aadriskyusers: risk,
  administrative: activityLog,
  policy: activityLog,
  azureactivity: activityLog,
};

/** Diagnostic settings of Entra ID put every log under this provider; its category `Policy` is not Azure's. */
const directoryProvider = /microsoft\.aadiam/i;

function logOf(record: JsonObject): EventOrigin | undefined {
  const provider = record.resourceId;
  if (typeof provider === 'string' && directoryProvider.test(provider)) {
    const category = typeof record.category === 'string' ? record.category.toLowerCase() : '';
    const known = Object.hasOwn(logs, category) ? logs[category] : undefined;
    return known === undefined || known === activityLog ? audit : known;
  }
  for (const name of ['Type', 'category', 'Category', 'CategoryValue']) {
    const value = record[name];
    if (typeof value !== 'string') continue;
    const known = value.toLowerCase();
    if (Object.hasOwn(logs, known)) return logs[known];
  }
  if (record.riskEventType !== undefined) return risk;
  if (record.userPrincipalName !== undefined && record.createdDateTime !== undefined) return signin;
  if (record.InitiatedBy !== undefined && record.TargetResources !== undefined) return audit;
  const signedIn = record.UserPrincipalName ?? record.ServicePrincipalName;
  if (signedIn !== undefined && (record.AppDisplayName ?? record.ResourceDisplayName) !== undefined) return signin;
  if (record.servicePrincipalId !== undefined && record.appDisplayName !== undefined) return signin;
  if (record.activityDisplayName !== undefined && record.initiatedBy !== undefined) {
    return record.loggedByService === 'PIM' ? pim : audit;
  }
  if (record.operationName !== undefined && (record.eventTimestamp !== undefined || record.caller !== undefined)) {
    return activityLog;
  }
  return undefined;
}

const markers = [
  'resourceId',
  'tenantId',
  'TenantId',
  'properties',
  'createdDateTime',
  'activityDateTime',
  'detectedDateTime',
  'eventTimestamp',
  'TimeGenerated',
];

/** What older rules call a field -> where these logs have it. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'properties.message': ['activityDisplayName', 'operationName'],
  message: ['activityDisplayName', 'operationName'],
  status: ['result', 'resultType'],
};

/** `resultType` and `ResultType`: the same field, as diagnostic settings and Log Analytics write it. */
function bothCases(field: string): readonly string[] {
  const first = field.charAt(0);
  return [field, (first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase()) + field.slice(1)];
}

/** Rules write these logs' fields in either case of the first letter, and with or without `properties.`. */
function reader(field: string): Reader {
  const alias = field.charAt(0).toLowerCase() + field.slice(1);
  const others = Object.hasOwn(aliases, alias) ? (aliases[alias] ?? []) : [];
  const names = [field, field.replace(/^properties\./, ''), ...others].flatMap(bothCases);
  const readers = [...new Set([...names, ...names.map((name) => `properties.${name}`)])].map(textPathReader);
  return (record) => {
    for (const read of readers) {
      const value = read(record);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

const either = (...names: readonly string[]) => textAtAny(...names.flatMap((name) => [name, `properties.${name}`]));
const principalOf = either(
  'userPrincipalName',
  'UserPrincipalName',
  'initiatedBy.user.userPrincipalName',
  'InitiatedBy.user.userPrincipalName',
  'initiatedBy.app.displayName',
  'InitiatedBy.app.displayName',
  'caller',
  'Caller',
  'servicePrincipalName',
  'ServicePrincipalName',
  'identity',
  'Identity',
);
const addressOf = either(
  'ipAddress',
  'IPAddress',
  'callerIpAddress',
  'CallerIpAddress',
  'initiatedBy.user.ipAddress',
  'InitiatedBy.user.ipAddress',
);
const actionOf = either(
  'activityDisplayName',
  'ActivityDisplayName',
  'operationName.value',
  'operationName',
  'OperationNameValue',
  'OperationName',
  'riskEventType',
);
const resourceOf = either(
  'resourceDisplayName',
  'ResourceDisplayName',
  'targetResources.userPrincipalName',
  'TargetResources.userPrincipalName',
  'targetResources.displayName',
  'TargetResources.displayName',
  'appDisplayName',
  'AppDisplayName',
  'resourceId',
  'ResourceId',
  '_ResourceId',
);
const targetOf = either('targetResources.userPrincipalName', 'TargetResources.userPrincipalName');
const errorOf = either('status.errorCode', 'Status.errorCode', 'ResultType', 'resultType');
const resultOf = either('result', 'Result', 'resultType', 'ActivityStatusValue', 'status.value');
const deviceOf = either('deviceDetail.displayName', 'DeviceDetail.displayName');

function outcomeOf(record: JsonObject, isSignIn: boolean): 'success' | 'failure' | undefined {
  if (isSignIn) {
    const error = errorOf(record);
    return error === undefined ? undefined : error === '0' || error.toLowerCase() === 'success' ? 'success' : 'failure';
  }
  const result = resultOf(record)?.toLowerCase();
  if (result === undefined) return undefined;
  return result.startsWith('fail') || result === 'failure' ? 'failure' : 'success';
}

/** Graph and diagnostic settings write `location`; Log Analytics `LocationDetails`, with the bare country beside it as `Location`. */
function fillWhence(made: Draft, record: JsonObject): void {
  const within = isObject(record.properties) ? record.properties : record;
  made.userAgent = agentOf(within.userAgent ?? record.UserAgent);
  const place = objectOf(within.location ?? record.LocationDetails);
  const point = objectOf(place.geoCoordinates);
  made.whence = whenceOf(
    place.countryOrRegion ?? record.Location ?? textOf(record.location),
    within.autonomousSystemNumber ?? record.AutonomousSystemNumber,
    point.latitude,
    point.longitude,
  );
}

function activity(record: JsonObject): Activity {
  const log = logOf(record);
  const outcome = outcomeOf(record, log === signin);
  let kind: ActivityKind = 'api_call';
  if (log === signin) kind = outcome === 'failure' ? 'sign_in_failure' : 'sign_in';
  else if (log === audit) kind = 'account_change';
  const made = draft(kind, undefined, actionOf(record) ?? (log === signin ? 'Sign-in activity' : undefined));
  const who = principalOf(record);
  made.principal = who?.toLowerCase();
  made.user = userName(who);
  made.sourceAddress = address(addressOf(record));
  made.resource = resourceOf(record);
  made.object = deviceOf(record);
  made.outcome = outcome;
  if (log === signin) fillWhence(made, record);
  const target = userName(targetOf(record));
  if (target !== made.user) made.targetUser = target;
  return made;
}

/**
 * Entra ID (Azure AD) sign-in, audit and risk logs and the Azure activity log, as Microsoft Graph, diagnostic settings
 * and Log Analytics write them. Time: the log's own (`createdDateTime`, `activityDateTime`, ...) before the pipeline's.
 */
export const azure: Lens = {
  name: 'azure',
  matches: (record) => logOf(record) !== undefined && markers.some((marker) => record[marker] !== undefined),
  time: (record) => {
    const within = objectOf(record.properties);
    return (
      parseTime(
        record.createdDateTime ?? record.activityDateTime ?? record.detectedDateTime ?? record.eventTimestamp,
      ) ??
      parseTime(within.createdDateTime ?? within.activityDateTime) ??
      parseTime(record.CreatedDateTime ?? record.time ?? record.TimeGenerated ?? record['@timestamp'])
    );
  },
  nativeId: (record) => {
    const id = firstText(record, ['id', 'Id', 'eventDataId', 'EventDataId']) ?? textOf(objectOf(record.properties).id);
    // Log Analytics has a column `Id` that other tables fill with the resource; an identity is never a path.
    return id === undefined || id.startsWith('/') ? undefined : id;
  },
  origin: (record) => {
    const by = record.loggedByService ?? record.LoggedByService;
    return by === 'PIM' ? pim : (logOf(record) ?? audit);
  },
  reader,
  someValue: (record, visit) => someScalar(isObject(record) ? record : undefined, visit),
  activity,
};
