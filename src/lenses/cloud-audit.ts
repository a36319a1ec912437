import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { type Draft, draft } from './activity.ts';
import {
  isObject,
  objectOf,
  pathReader,
  type Reader,
  someScalar,
  textAtAny,
  textOf,
  textPathReader,
} from './fields.ts';
import { address, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf, whenceOf } from './whence.ts';

/** Where a service's audit log keeps what every audit log has. Paths are tried in order. */
interface AuditLog {
  readonly name: string;
  readonly product: string;
  readonly service: (record: JsonObject) => string;
  readonly categories?: readonly string[];
  readonly matches: (record: JsonObject) => boolean;
  readonly time: readonly string[];
  readonly id: readonly string[];
  readonly principal: readonly string[];
  readonly address: readonly string[];
  readonly action: readonly string[];
  readonly resource: readonly string[];
  readonly target: readonly string[];
  readonly outcome: readonly string[];
  /** The program that called, and whence, where the log says so. */
  readonly caller?: (made: Draft, record: JsonObject) => void;
  /** Actions that are somebody signing in. */
  readonly signIn: RegExp;
  /** Names that rules use -> where the field is. */
  readonly fields?: Readonly<Record<string, string>>;
  /** A prefix that rules write and records lack. */
  readonly dropPrefix?: string;
}

const failed = /fail|deny|denied|forbid|unauthor|challenge_failed|^[45]\d\d$|^false$/i;
const never = /^$/;

const logs: readonly AuditLog[] = [
  {
    name: 'okta',
    product: 'okta',
    service: () => 'okta',
    matches: (record) => record.eventType !== undefined && record.published !== undefined && isObject(record.actor),
    time: ['published'],
    id: ['uuid'],
    principal: ['actor.alternateId', 'actor.displayName'],
    address: ['client.ipAddress'],
    action: ['eventType', 'eventtype'],
    resource: ['target.displayName', 'target.alternateId'],
    target: ['target.alternateId'],
    outcome: ['outcome.result'],
    caller: (made, record) => {
      const client = objectOf(record.client);
      const place = objectOf(client.geographicalContext);
      const point = objectOf(place.geolocation);
      made.userAgent = agentOf(objectOf(client.userAgent).rawUserAgent);
      made.whence = whenceOf(place.country, objectOf(record.securityContext).asNumber, point.lat, point.lon);
    },
    signIn: /^user\.(?:session\.start|authentication\.)/,
  },
  {
    name: 'gcp',
    product: 'gcp',
    service: (record) =>
      String(objectOf(record.protoPayload).serviceName) === 'login.googleapis.com'
        ? 'google_workspace.login'
        : 'gcp.audit',
    matches: (record) =>
      isObject(record.protoPayload) && (record.logName !== undefined || record.resource !== undefined),
    time: ['timestamp', 'receiveTimestamp'],
    id: ['insertId'],
    principal: ['protoPayload.authenticationInfo.principalEmail', 'protoPayload.authenticationInfo.principalSubject'],
    address: ['protoPayload.requestMetadata.callerIp'],
    action: ['protoPayload.methodName'],
    resource: ['protoPayload.resourceName', 'resource.labels.project_id'],
    target: [],
    outcome: ['protoPayload.status.message'],
    caller: (made, record) => {
      const request = objectOf(objectOf(record.protoPayload).requestMetadata);
      made.userAgent = agentOf(request.callerSuppliedUserAgent);
    },
    signIn: /login_success|login_failure|\.login$/i,
    fields: { 'gcp.audit.method_name': 'protoPayload.methodName' },
    dropPrefix: 'data.',
  },
  {
    name: 'google-workspace',
    product: 'gcp',
    service: (record) => `google_workspace.${textOf(objectOf(record.id).applicationName) ?? 'admin'}`,
    matches: (record) =>
      record.kind === 'admin#reports#activity' ||
      (isObject(record.id) && objectOf(record.id).applicationName !== undefined),
    time: ['id.time'],
    id: ['id.uniqueQualifier'],
    principal: ['actor.email', 'actor.profileId'],
    address: ['ipAddress'],
    action: ['events.name', 'name'],
    resource: ['events.parameters.value'],
    target: [],
    outcome: [],
    signIn: /^login_/,
    fields: { eventName: 'events.name', eventService: 'id.applicationName' },
  },
  {
    name: 'kubernetes',
    product: 'kubernetes',
    service: () => 'audit',
    categories: ['application'],
    matches: (record) => record.auditID !== undefined && record.verb !== undefined,
    time: ['stageTimestamp', 'requestReceivedTimestamp'],
    // Stages of one request share an auditID.
    id: [],
    principal: ['user.username'],
    address: ['sourceIPs'],
    action: ['verb'],
    resource: ['objectRef.name', 'objectRef.resource'],
    target: [],
    outcome: ['responseStatus.code'],
    caller: (made, record) => {
      made.userAgent = agentOf(record.userAgent);
    },
    signIn: never,
    fields: {
      apiGroup: 'objectRef.apiGroup',
      hostPath: 'requestObject.spec.volumes.hostPath.path',
      capabilities: 'requestObject.spec.containers.securityContext.capabilities.add',
    },
  },
  {
    name: 'github',
    product: 'github',
    service: () => 'audit',
    matches: (record) =>
      typeof record.action === 'string' &&
      record.action.includes('.') &&
      record.actor !== undefined &&
      (record.org !== undefined || record._document_id !== undefined),
    time: ['@timestamp', 'created_at'],
    id: ['_document_id'],
    principal: ['actor'],
    address: ['actor_ip'],
    action: ['action'],
    resource: ['repo', 'org'],
    target: ['user'],
    outcome: [],
    caller: (made, record) => {
      made.userAgent = agentOf(record.user_agent);
      made.whence = whenceOf(objectOf(record.actor_location).country_code, undefined);
    },
    signIn: never,
  },
];

function lensFor(log: AuditLog): Lens {
  const timeReaders = log.time.map(pathReader);
  const id = textAtAny(...log.id);
  const principal = textAtAny(...log.principal);
  const from = textAtAny(...log.address);
  const action = textAtAny(...log.action);
  const resource = textAtAny(...log.resource);
  const target = textAtAny(...log.target);
  const result = textAtAny(...log.outcome);
  const origins = new Map<string, EventOrigin>();

  const origin = (record: JsonObject): EventOrigin => {
    const service = log.service(record);
    const known = origins.get(service);
    if (known !== undefined) return known;
    const made = Object.freeze({ product: log.product, service, categories: Object.freeze(log.categories ?? []) });
    if (origins.size < 64) origins.set(service, made);
    return made;
  };

  const reader = (field: string): Reader => {
    const names = [field];
    const mapped = log.fields !== undefined && Object.hasOwn(log.fields, field) ? log.fields[field] : undefined;
    if (mapped !== undefined) names.push(mapped);
    if (log.dropPrefix !== undefined && field.startsWith(log.dropPrefix))
      names.push(field.slice(log.dropPrefix.length));
    const readers = names.map(textPathReader);
    return (record) => {
      for (const read of readers) {
        const value = read(record);
        if (value !== undefined) return value;
      }
      return undefined;
    };
  };

  const activity = (record: JsonObject): Activity => {
    const what = action(record);
    const said = result(record);
    const outcome = said === undefined ? undefined : failed.test(said) ? 'failure' : 'success';
    const isSignIn = what !== undefined && log.signIn.test(what);
    const failure = outcome === 'failure' || (isSignIn && /fail/i.test(what));
    const kind: ActivityKind = isSignIn ? (failure ? 'sign_in_failure' : 'sign_in') : 'api_call';
    const made = draft(kind, undefined, what);
    const who = principal(record);
    made.principal = who?.toLowerCase();
    made.user = userName(who);
    made.sourceAddress = address(from(record));
    made.resource = resource(record);
    made.object = log.service(record);
    const other = userName(target(record));
    if (other !== made.user) made.targetUser = other;
    made.outcome = outcome;
    log.caller?.(made, record);
    return made;
  };

  return {
    name: log.name,
    matches: log.matches,
    time: (record) => {
      for (const read of timeReaders) {
        const ms = parseTime(read(record));
        if (ms !== undefined) return ms;
      }
      return undefined;
    },
    nativeId: id,
    origin,
    reader,
    someValue: (record, visit) => someScalar(record, visit),
    activity,
  };
}

/** Audit logs of Okta, Google Cloud and Workspace, Kubernetes and GitHub: one table, one lens each. */
export const cloudAudits: readonly Lens[] = logs.map(lensFor);
