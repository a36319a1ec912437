import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { type Draft, draft, port, processRef } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { isObject, objectOf, objectsOf, pathReader, someScalar, textAt, textAtAny, textOf } from './fields.ts';
import { domainName, hostName, networkAddress, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf, whenceOf } from './whence.ts';

const origin: EventOrigin = Object.freeze({ product: 'aws', service: 'guardduty', categories: Object.freeze([]) });

/** EventBridge wraps a finding in `detail`; the API and the export to S3 do not. */
function inner(record: JsonObject): JsonObject {
  return isObject(record.detail) && record['detail-type'] !== undefined ? record.detail : record;
}

/** The name an instance gives itself by default is that of its private address; the instance id where it is not told. */
const instanceName = textAt('resource.instanceDetails.networkInterfaces.privateDnsName');
const instanceAddress = textAt('resource.instanceDetails.networkInterfaces.privateIpAddress');
const instanceId = textAt('resource.instanceDetails.instanceId');
const otherResource = textAtAny(
  'resource.s3BucketDetails.arn',
  'resource.s3BucketDetails.name',
  'resource.eksClusterDetails.arn',
  'resource.ecsClusterDetails.arn',
  'resource.lambdaDetails.functionArn',
  'resource.rdsDbInstanceDetails.dbInstanceArn',
);
const databaseUser = textAt('resource.rdsDbUserDetails.user');

/** Caller of an API, a Kubernetes cluster or a database, or who logs in. */
const caller = textAtAny(
  'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4',
  'service.action.kubernetesApiCallAction.remoteIpDetails.ipAddressV4',
  'service.action.rdsLoginAttemptAction.remoteIpDetails.ipAddressV4',
  'service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4',
);
const calledFrom = textAt('service.action.awsApiCallAction.domainDetails.domain');
const lookedUp = textAt('service.action.dnsRequestAction.domain');

/**
 * The principal as CloudTrail names it, so that a finding and the calls it is about are one story. The finding gives its parts:
 * the account, the user's or role's name and, for a role, `AROA...:session`.
 */
function principalOf(record: JsonObject): string | undefined {
  const key = objectOf(objectOf(record.resource).accessKeyDetails);
  const name = textOf(key.userName);
  const account = textOf(record.accountId);
  if (name === undefined || account === undefined) return textOf(key.principalId);
  const partition = textOf(record.partition) ?? 'aws';
  if (key.userType === 'IAMUser') return `arn:${partition}:iam::${account}:user/${name}`;
  const session = textOf(key.principalId)?.split(':')[1];
  if (key.userType === 'AssumedRole' && session !== undefined)
    return `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`;
  return textOf(key.principalId) ?? name;
}

function networkFacts(made: Draft, record: JsonObject): void {
  const connection = objectOf(objectOf(objectOf(record.service).action).networkConnectionAction);
  const remote = networkAddress(objectOf(connection.remoteIpDetails).ipAddressV4);
  const local =
    networkAddress(objectOf(connection.localIpDetails).ipAddressV4) ?? networkAddress(instanceAddress(record));
  if (connection.connectionDirection === 'INBOUND') {
    made.sourceAddress = remote;
    made.remoteAddress = local;
    made.remotePort = port(objectOf(connection.localPortDetails).port);
  } else {
    made.remoteAddress = remote;
    made.remotePort = port(objectOf(connection.remotePortDetails).port);
    made.sourceAddress = local;
  }
}

/** The one block of the remote side's details there is, whatever the finding's action. */
function fillWhence(made: Draft, action: JsonObject): void {
  const { awsApiCallAction, kubernetesApiCallAction, rdsLoginAttemptAction, networkConnectionAction } = action;
  const called = objectOf(
    awsApiCallAction ?? kubernetesApiCallAction ?? rdsLoginAttemptAction ?? networkConnectionAction,
  );
  made.userAgent = agentOf(called.userAgent);
  if (!isObject(called.remoteIpDetails)) return;
  const { country, organization, geoLocation } = called.remoteIpDetails;
  const place = objectOf(country);
  const point = objectOf(geoLocation);
  made.whence = whenceOf(place.countryCode ?? place.countryName, objectOf(organization).asn, point.lat, point.lon);
}

function activity(outer: JsonObject): Activity {
  const record = inner(outer);
  const service = objectOf(record.service);
  const instance = instanceId(record);
  const made = draft('other', hostName(instanceName(record)) ?? hostName(instance), undefined);
  made.action = `GuardDuty ${textOf(record.type) ?? 'finding'}`;
  const from = networkAddress(caller(record));
  if (from === undefined) networkFacts(made, record);
  else made.sourceAddress = from;
  fillWhence(made, objectOf(service.action));
  made.principal = principalOf(record);
  made.user = userName(objectOf(objectOf(record.resource).accessKeyDetails).userName) ?? userName(databaseUser(record));
  made.domain = domainName(lookedUp(record) ?? calledFrom(record));
  made.resource = instance ?? otherResource(record);
  const running = objectOf(objectOf(service.runtimeDetails).process);
  made.process = processRef(made.host, undefined, running.pid, running.executablePath ?? running.name);
  made.object = textOf(objectOf(record.resource).resourceType);
  return made;
}

/** GuardDuty's severity, 1.0 to 10.0 (user guide, "Severity levels"): low below 4, medium below 7, high below 9, then critical. */
function levelOf(severity: unknown): VendorAlert['level'] {
  const number = typeof severity === 'string' ? Number.parseFloat(severity) : severity;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) return 'medium';
  if (number >= 9) return 'critical';
  if (number >= 7) return 'high';
  if (number >= 4) return 'medium';
  return number >= 1 ? 'low' : 'informational';
}

/**
 * Tactics: the finding type's threat purpose where AWS took a tactic's name for it (`PrivilegeEscalation:IAMUser/...`), and what an
 * attack sequence lists. Techniques: only what an attack sequence lists, for no other finding names any.
 */
function alert(outer: JsonObject): VendorAlert | undefined {
  const record = inner(outer);
  const type = textOf(record.type);
  if (type === undefined) return undefined;
  const sequence = objectOf(objectOf(objectOf(record.service).detection).sequence);
  const indicators = objectsOf(sequence.sequenceIndicators);
  const listed = (key: string): unknown[] =>
    indicators.filter((indicator) => indicator.key === key).flatMap((indicator) => indicator.values ?? []);
  return {
    product: 'guardduty',
    ruleId: type,
    revision: undefined,
    title: textOf(record.title) ?? type,
    level: levelOf(record.severity),
    vendorSeverity: textOf(record.severity) ?? 'not given',
    techniques: techniquesIn(listed('ATTACK_TECHNIQUE')),
    tactics: tacticsIn(type.split(':')[0], listed('ATTACK_TACTIC')),
  };
}

/**
 * AWS GuardDuty findings: of the API, of the export to S3, and in EventBridge's envelope. Time: `service.eventLastSeen`, else
 * `updatedAt`, `createdAt`. Native id: account, `id` and `updatedAt`, because GuardDuty tells of what happens again by the same finding anew.
 */
export const guardduty: Lens = {
  name: 'guardduty',
  matches: (record) => {
    const finding = inner(record);
    return (
      isObject(finding.service) &&
      finding.service.serviceName === 'guardduty' &&
      finding.type !== undefined &&
      finding.severity !== undefined
    );
  },
  time: (record) => {
    const finding = inner(record);
    return (
      parseTime(objectOf(finding.service).eventLastSeen) ?? parseTime(finding.updatedAt) ?? parseTime(finding.createdAt)
    );
  },
  nativeId: (record) => {
    const finding = inner(record);
    const id = textOf(finding.id);
    return id === undefined ? undefined : `${textOf(finding.accountId) ?? ''}|${id}|${textOf(finding.updatedAt) ?? ''}`;
  },
  origin: () => origin,
  reader: (field) => {
    const read = pathReader(field);
    return (record) => read(inner(record));
  },
  someValue: (record, visit) => someScalar(inner(record), visit),
  activity,
  alert,
};
