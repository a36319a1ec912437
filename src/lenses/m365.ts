import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft } from './activity.ts';
import { firstText, inTable, isObject, type Reader, someScalar, textOf, textPathReader } from './fields.ts';
import { address, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf } from './whence.ts';

const service = (name: string): EventOrigin =>
  Object.freeze({ product: 'm365', service: name, categories: Object.freeze([]) });

/** Sigma's rules for alerts of the compliance centre ask for threat_management; those for anything else for audit. */
const origins: Readonly<Record<string, EventOrigin>> = { SecurityComplianceCenter: service('threat_management') };
const audit = service('audit');

/** Search-UnifiedAuditLog and Purview exports put the record, as text, into `AuditData`. Parsed once per record. */
const unwrapped = new WeakMap<JsonObject, JsonObject>();

function inner(record: JsonObject): JsonObject {
  const text = record.AuditData;
  if (text === undefined) return record;
  if (isObject(text)) return text;
  const known = unwrapped.get(record);
  if (known !== undefined) return known;
  let made: unknown;
  try {
    made = typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    // Cut short by the exporter; the outer columns still say who and what.
  }
  const result = isObject(made) ? made : record;
  unwrapped.set(record, result);
  return result;
}

/** Names that rules, or other exports of the same log, use for a field. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  eventSource: ['Workload', 'OfficeWorkload', 'Source'],
  eventName: ['Name', 'Operation', 'Operations'],
  status: ['Status', 'ResultStatus'],
  Operation: ['Operations'],
  Workload: ['OfficeWorkload'],
  UserId: ['UserIds'],
  ClientIP: ['ClientIPAddress', 'ActorIpAddress', 'Client_IPAddress'],
};

function reader(field: string): Reader {
  const read = textPathReader(field);
  const others = inTable(aliases, field) ?? [];
  return (record) => {
    const within = inner(record);
    const value = read(within);
    if (value !== undefined) return value;
    for (const other of others) if (within[other] !== undefined) return within[other];
    return within === record ? undefined : read(record);
  };
}

const signIns: Readonly<Record<string, ActivityKind>> = { UserLoggedIn: 'sign_in', UserLoginFailed: 'sign_in_failure' };
const mailboxLogin = 'MailboxLogin';
const failures = new Set(['failed', 'failure', 'false']);
const accountChange =
  /^(?:add|delete|update|disable|enable|change|reset|set|restore)\b.*\b(?:user|member|password|role)/i;
const principalName = /^[^\s@]+@[^\s@]+$/;

function outcomeOf(record: JsonObject): 'success' | 'failure' | undefined {
  const status = textOf(record.ResultStatus)?.toLowerCase();
  return status === undefined ? undefined : failures.has(status) ? 'failure' : 'success';
}

/** Entra's records in this log keep what the caller said among name and value pairs. */
function agentIn(record: JsonObject): string | undefined {
  const direct = firstText(record, ['UserAgent', 'ClientInfoString']);
  if (direct !== undefined) return agentOf(direct);
  const pairs = record.ExtendedProperties;
  if (!Array.isArray(pairs)) return undefined;
  for (let at = 0; at < pairs.length && at < 32; at += 1) {
    const pair: unknown = pairs[at];
    if (isObject(pair) && pair.Name === 'UserAgent') return agentOf(pair.Value);
  }
  return undefined;
}

function activity(outer: JsonObject): Activity {
  const record = inner(outer);
  const operation = firstText(record, ['Operation', 'Operations']);
  const named = operation === undefined ? undefined : inTable(signIns, operation);
  const outcome = named === 'sign_in_failure' ? 'failure' : outcomeOf(record);
  const changes = operation !== undefined && accountChange.test(operation);
  let kind: ActivityKind = named ?? (changes ? 'account_change' : 'api_call');
  if (operation === mailboxLogin) kind = outcome === 'failure' ? 'sign_in_failure' : 'sign_in';
  const made = draft(kind, undefined, operation);
  const who = firstText(record, ['UserId', 'UserIds', 'UserKey']);
  made.principal = who?.toLowerCase();
  made.user = userName(who);
  made.sourceAddress = address(
    firstText(record, ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'Client_IPAddress']),
  );
  made.resource = firstText(record, ['ObjectId', 'OfficeObjectId', 'MailboxOwnerUPN', 'SiteUrl', 'Site_Url']);
  made.object = firstText(record, ['Workload', 'OfficeWorkload']);
  made.file = firstText(record, ['SourceFileName']);
  made.outcome = outcome;
  made.userAgent = agentIn(record);
  const about = firstText(record, ['MailboxOwnerUPN', 'ObjectId', 'OfficeObjectId']);
  if (about !== undefined && principalName.test(about)) {
    const target = userName(about);
    if (target !== made.user) made.targetUser = target;
  }
  return made;
}

/**
 * Microsoft 365 unified audit log: the management API's records, Log Analytics' OfficeActivity, and exports that wrap a
 * record in `AuditData`. Time: `CreationTime` (UTC, written without a zone), else `TimeGenerated`, `CreationDate`.
 * Native id: `Id`.
 */
export const m365: Lens = {
  name: 'm365',
  matches: (record) =>
    record.AuditData !== undefined ||
    (record.Operation !== undefined &&
      ((record.CreationTime !== undefined && (record.Workload !== undefined || record.RecordType !== undefined)) ||
        record.OfficeWorkload !== undefined)),
  time: (record) => {
    const within = inner(record);
    return parseTime(within.CreationTime) ?? parseTime(within.TimeGenerated ?? record.CreationDate);
  },
  nativeId: (record) => firstText(inner(record), ['Id', 'OfficeId', 'Identity']),
  origin: (record) => {
    const workload = inner(record).Workload;
    return typeof workload === 'string' ? (inTable(origins, workload) ?? audit) : audit;
  },
  reader,
  someValue: (record, visit) => someScalar(inner(record), visit),
  activity,
};
