import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { type Draft, draft, processRef } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { firstText, objectOf, objectsOf, pathReader, someScalar, textOf } from './fields.ts';
import { joinedPath, microsoftLevel, urlHost } from './microsoft-alert.ts';
import { domainName, hostName, networkAddress, userName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({
  product: 'm365',
  service: 'security_alert',
  categories: Object.freeze([]),
});

const ALERT = '#microsoft.graph.security.alert';
const evidenceType = /^#microsoft\.graph\.security\.(\w{1,40})Evidence$/;

type Fill = (made: Draft, evidence: JsonObject) => void;

const accountOf: Fill = (made, evidence) => {
  const account = objectOf(evidence.userAccount);
  made.user ??= userName(firstText(account, ['accountName', 'userPrincipalName']));
  made.principal ??= textOf(account.userPrincipalName)?.toLowerCase();
};

/** By the evidence's `@odata.type`; of several of a kind the first. Devices are looked at before all others. */
const fills: Readonly<Record<string, Fill>> = {
  user: accountOf,
  process: (made, evidence) => {
    const image = objectOf(evidence.imageFile);
    const parent = objectOf(evidence.parentProcessImageFile);
    const path = joinedPath(image.filePath, image.fileName);
    const parentPath = joinedPath(parent.filePath, parent.fileName);
    made.process ??= processRef(made.host, undefined, evidence.processId, path, evidence.processCommandLine);
    made.parent ??= processRef(made.host, undefined, evidence.parentProcessId, parentPath);
    accountOf(made, evidence);
  },
  file: (made, evidence) => {
    const file = objectOf(evidence.fileDetails);
    made.file ??= joinedPath(file.filePath, file.fileName);
  },
  ip: (made, evidence) => {
    made.remoteAddress ??= networkAddress(evidence.ipAddress);
  },
  url: (made, evidence) => {
    made.domain ??= domainName(urlHost(evidence.url));
  },
  registryKey: (made, evidence) => {
    made.registryKey ??= joinedPath(evidence.registryHive, evidence.registryKey);
  },
  registryValue: (made, evidence) => {
    made.registryKey ??= joinedPath(evidence.registryHive, evidence.registryKey);
  },
  mailbox: (made, evidence) => {
    made.resource ??= textOf(evidence.primaryAddress)?.toLowerCase();
    accountOf(made, evidence);
  },
  cloudApplication: (made, evidence) => {
    made.object ??= textOf(evidence.displayName);
  },
  azureResource: (made, evidence) => {
    made.resource ??= textOf(evidence.resourceId);
  },
  amazonResource: (made, evidence) => {
    made.resource ??= textOf(evidence.amazonResourceId);
  },
  googleCloudResource: (made, evidence) => {
    made.resource ??= firstText(evidence, ['fullResourceName', 'resourceName']);
  },
};

function kindOf(evidence: JsonObject): string {
  return evidenceType.exec(textOf(evidence['@odata.type']) ?? '')?.[1] ?? '';
}

function activity(record: JsonObject): Activity {
  const evidence = objectsOf(record.evidence);
  const device = evidence.find((one) => kindOf(one) === 'device') ?? {};
  const made = draft(
    'other',
    hostName(firstText(device, ['deviceDnsName', 'hostName'])),
    `Graph ${firstText(record, ['detectionSource', 'serviceSource']) ?? 'alert'}`,
  );
  for (const one of evidence) {
    const kind = kindOf(one);
    if (Object.hasOwn(fills, kind)) fills[kind]?.(made, one);
  }
  // On a machine the account is the user; without one the address is where a person called from, as in sign-in logs.
  if (made.host === undefined) {
    made.sourceAddress = made.remoteAddress;
    made.remoteAddress = undefined;
  } else {
    made.principal = undefined;
  }
  made.object ??= firstText(record, ['threatFamilyName', 'threatDisplayName']);
  return made;
}

/** Techniques: `mitreTechniques`. Tactic: `category` (and `categories` of the beta API), where it is one. */
function alert(record: JsonObject): VendorAlert {
  const title = firstText(record, ['title', 'displayName', 'category']) ?? 'Security alert';
  return {
    product: 'graph',
    ruleId: firstText(record, ['detectorId', 'alertPolicyId']) ?? title,
    revision: undefined,
    title,
    level: microsoftLevel(record.severity),
    vendorSeverity: textOf(record.severity) ?? 'not given',
    techniques: techniquesIn(record.mitreTechniques),
    tactics: tacticsIn(record.category, record.categories),
  };
}

/**
 * Microsoft Graph security alerts of version 2 (`/security/alerts_v2`). Time: `lastActivityDateTime`, else the first activity, else
 * creation. Native id: `id` and the last activity, because an alert grows with what it goes on seeing; who works on it changes neither.
 */
export const graphAlert: Lens = {
  name: 'graph-alert',
  matches: (record) =>
    record['@odata.type'] === ALERT ||
    (record.createdDateTime !== undefined &&
      record.severity !== undefined &&
      record.serviceSource !== undefined &&
      (record.providerAlertId !== undefined || record.detectionSource !== undefined)),
  time: (record) =>
    parseTime(record.lastActivityDateTime) ??
    parseTime(record.firstActivityDateTime) ??
    parseTime(record.createdDateTime),
  nativeId: (record) => {
    const id = textOf(record.id);
    return id === undefined ? undefined : `${id}|${textOf(record.lastActivityDateTime) ?? ''}`;
  },
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};
