import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { draft, port, processRef } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { integerOf, objectOf, objectsOf, pathReader, someScalar, textAt, textAtAny, textOf } from './fields.ts';
import { domainName, hostName, networkAddress, userName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({
  product: 'ocsf',
  service: 'detection_finding',
  categories: Object.freeze([]),
});

const DETECTION_FINDING = 2004;
/** `activity_id` of a finding that its product has closed. */
const CLOSE = 3;

/** Facts stand at the top where a profile puts them there (host, network), else in the first evidence that has them. */
const inEvidence = (path: string): ((record: JsonObject) => string | undefined) =>
  textAtAny(path, `evidences.${path}`, `finding_info.${path}`);

const device = textAtAny(
  'device.hostname',
  'device.name',
  'evidences.device.hostname',
  'resources.hostname',
  'affected_resources.hostname',
);
const user = textAtAny('actor.user.name', 'evidences.actor.user.name', 'user.name', 'evidences.user.name');
const processOf = textAtAny('evidences.process.pid', 'process.pid', 'actor.process.pid', 'evidences.actor.process.pid');
const imageOf = textAtAny(
  'evidences.process.file.path',
  'evidences.process.name',
  'process.file.path',
  'process.name',
  'actor.process.file.path',
  'evidences.actor.process.file.path',
);
const commandOf = textAtAny(
  'evidences.process.cmd_line',
  'process.cmd_line',
  'actor.process.cmd_line',
  'evidences.actor.process.cmd_line',
);
const guidOf = textAtAny('evidences.process.uid', 'process.uid');
const source = inEvidence('src_endpoint.ip');
const destination = inEvidence('dst_endpoint.ip');
const destinationPort = inEvidence('dst_endpoint.port');
const lookedUp = textAtAny('evidences.query.hostname', 'evidences.url.hostname', 'evidences.dst_endpoint.domain');
const file = textAtAny('evidences.file.path', 'evidences.file.name', 'file.path');
const registryKey = textAtAny('evidences.reg_key.path', 'evidences.reg_value.path');
const resource = textAtAny('resources.uid', 'resources.name', 'affected_resources.uid');
const principal = textAtAny('actor.user.uid', 'evidences.actor.user.uid');
const api = textAtAny('evidences.api.operation', 'api.operation');

function activity(record: JsonObject): Activity {
  const host = hostName(device(record));
  const made = draft('other', host, api(record) ?? `OCSF ${productName(record) ?? 'finding'}`);
  made.user = userName(user(record));
  made.process = processRef(host, guidOf(record), processOf(record), imageOf(record), commandOf(record));
  made.sourceAddress = networkAddress(source(record));
  made.remoteAddress = networkAddress(destination(record));
  made.remotePort = port(destinationPort(record));
  made.domain = domainName(lookedUp(record));
  made.file = file(record);
  made.registryKey = registryKey(record);
  made.resource = resource(record);
  if (host === undefined) made.principal = principal(record);
  return made;
}

const productName = textAtAny('metadata.product.name', 'metadata.product.vendor_name');

/** `Amazon GuardDuty` -> `ocsf-amazon-guardduty`: it never passes for the product's own feed, whose names it need not share. */
function productOf(record: JsonObject): string {
  const name = (productName(record) ?? '')
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? 'ocsf' : `ocsf-${name}`;
}

/** `severity_id`: 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal; 0 unknown and 99 other decide nothing. */
const levels: readonly VendorAlert['level'][] = [
  'medium',
  'informational',
  'low',
  'medium',
  'high',
  'critical',
  'critical',
];

function levelOf(severity: unknown): VendorAlert['level'] {
  return levels[integerOf(severity) ?? 0] ?? 'medium';
}

const analytic = textAtAny('finding_info.analytic.uid', 'finding_info.analytic.name', 'finding_info.types');
const titleOf = textAtAny('finding_info.title', 'finding.title', 'message', 'finding_info.analytic.name');
const analyticVersion = textAt('finding_info.analytic.version');

/** Techniques and tactics: `finding_info.attacks`, in older versions `attacks`, as `technique`, `sub_technique`, `tactic(s)`. */
function alert(record: JsonObject): VendorAlert | undefined {
  if (integerOf(record.activity_id) === CLOSE) return undefined;
  const title = titleOf(record) ?? 'Detection finding';
  const attacks = [...objectsOf(objectOf(record.finding_info).attacks), ...objectsOf(record.attacks)];
  const tactics = attacks.flatMap((attack) => [objectOf(attack.tactic), ...objectsOf(attack.tactics)]);
  const written = textOf(record.severity);
  const number = textOf(record.severity_id);
  return {
    product: productOf(record),
    ruleId: analytic(record) ?? title,
    revision: analyticVersion(record),
    title,
    level: levelOf(record.severity_id),
    vendorSeverity:
      written !== undefined && number !== undefined ? `${number} ${written}` : (number ?? written ?? 'not given'),
    // The narrower of the two, where both are told.
    techniques: techniquesIn(
      attacks.map((attack) => textOf(objectOf(attack.sub_technique).uid) ?? textOf(objectOf(attack.technique).uid)),
    ),
    tactics: tacticsIn(tactics.map((tactic) => textOf(tactic.uid) ?? textOf(tactic.name))),
  };
}

/**
 * OCSF Detection Findings (class 2004). Time: `time`, else `finding_info.last_seen_time`. Native id: `metadata.uid`, else the finding's
 * own with the activity and the time, because a finding is told again when it is updated. One that is closed is an event, no alert.
 */
export const ocsfFinding: Lens = {
  name: 'ocsf-finding',
  matches: (record) =>
    integerOf(record.class_uid) === DETECTION_FINDING &&
    (record.finding_info !== undefined || record.severity_id !== undefined),
  time: (record) => parseTime(record.time) ?? parseTime(record.time_dt) ?? parseTime(lastSeen(record)),
  nativeId: (record) => {
    const uid = eventId(record);
    if (uid !== undefined) return uid;
    const finding = findingId(record);
    return finding === undefined
      ? undefined
      : `${finding}|${textOf(record.activity_id) ?? ''}|${textOf(record.time) ?? ''}`;
  },
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};

const lastSeen = pathReader('finding_info.last_seen_time');
const eventId = textAt('metadata.uid');
const findingId = textAt('finding_info.uid');
