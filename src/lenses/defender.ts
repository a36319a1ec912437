import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { type Draft, draft, processRef } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { firstText, objectsOf, pathReader, someScalar, textAt, textAtAny, textOf } from './fields.ts';
import { joinedPath, microsoftLevel, urlHost } from './microsoft-alert.ts';
import { domainName, hostName, networkAddress, userName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({ product: 'm365', service: 'defender', categories: Object.freeze([]) });

const device = textAtAny('computerDnsName', 'devices.deviceDnsName');
const relatedUser = textAt('relatedUser.userName');
const loggedOn = textAtAny('loggedOnUsers.accountName', 'devices.loggedOnUsers.accountName');

type Fill = (made: Draft, evidence: JsonObject) => void;

/** By `entityType`; of several of a kind the first, which the API lists as the one that the alert is about. */
const fills: Readonly<Record<string, Fill>> = {
  user: (made, evidence) => {
    made.user ??= userName(firstText(evidence, ['accountName', 'userPrincipalName']));
    made.principal ??= textOf(evidence.userPrincipalName)?.toLowerCase();
  },
  process: (made, evidence) => {
    const { processId, processCommandLine, parentProcessId } = evidence;
    const image = joinedPath(evidence.filePath, evidence.fileName);
    const parentImage = joinedPath(evidence.parentProcessFilePath, evidence.parentProcessFileName);
    made.process ??= processRef(made.host, undefined, processId, image, processCommandLine);
    made.parent ??= processRef(made.host, undefined, parentProcessId, parentImage);
  },
  file: (made, evidence) => {
    made.file ??= joinedPath(evidence.filePath, evidence.fileName);
  },
  ip: (made, evidence) => {
    made.remoteAddress ??= networkAddress(evidence.ipAddress);
  },
  url: (made, evidence) => {
    made.domain ??= domainName(urlHost(evidence.url));
  },
  registry: (made, evidence) => {
    made.registryKey ??= joinedPath(evidence.registryHive, evidence.registryKey);
  },
  registrykey: (made, evidence) => {
    made.registryKey ??= joinedPath(evidence.registryHive, evidence.registryKey);
  },
  mailbox: (made, evidence) => {
    made.resource ??= firstText(evidence, ['mailboxAddress', 'userPrincipalName'])?.toLowerCase();
  },
};

function activity(record: JsonObject): Activity {
  const made = draft('other', hostName(device(record)), `Defender ${textOf(record.detectionSource) ?? 'alert'}`);
  for (const evidence of [...objectsOf(record.evidence), ...objectsOf(record.entities)]) {
    const kind = textOf(evidence.entityType)?.toLowerCase() ?? '';
    if (Object.hasOwn(fills, kind)) fills[kind]?.(made, evidence);
  }
  made.user = userName(relatedUser(record)) ?? made.user ?? userName(loggedOn(record));
  // On a machine the account is the user; without one the address is where a person called from, as in sign-in logs.
  if (made.host === undefined) {
    made.sourceAddress = made.remoteAddress;
    made.remoteAddress = undefined;
  } else {
    made.principal = undefined;
  }
  made.object = textOf(record.threatFamilyName) ?? textOf(record.threatName);
  return made;
}

/** Techniques: `mitreTechniques`. Tactic: `category`, where it is one (`CredentialAccess`; `Malware` is none). */
function alert(record: JsonObject): VendorAlert {
  const title = firstText(record, ['title', 'threatName', 'category']) ?? 'Defender alert';
  return {
    product: 'defender',
    ruleId: textOf(record.detectorId) ?? title,
    revision: undefined,
    title,
    level: microsoftLevel(record.severity),
    vendorSeverity: textOf(record.severity) ?? 'not given',
    techniques: techniquesIn(record.mitreTechniques),
    tactics: tacticsIn(record.category),
  };
}

/** In the order they are trusted: when it happened, then when it was noticed. */
const times = ['lastEventTime', 'lastActivity', 'firstEventTime', 'firstActivity', 'alertCreationTime', 'creationTime'];

/**
 * Microsoft Defender alerts: of Defender for Endpoint's alerts API (`evidence` where expanded) and as listed in the incidents of
 * Defender XDR's API. Time: last event or activity, else the first, else creation. Native id: the alert's id and its last event's
 * time, because an alert grows with what it goes on seeing.
 */
export const defender: Lens = {
  name: 'defender',
  matches: (record) =>
    record.severity !== undefined &&
    ((record.alertCreationTime !== undefined &&
      (record.computerDnsName !== undefined ||
        record.machineId !== undefined ||
        record.detectionSource !== undefined)) ||
      (record.alertId !== undefined && record.creationTime !== undefined && record.serviceSource !== undefined)),
  time: (record) => {
    for (const name of times) {
      const ms = parseTime(record[name]);
      if (ms !== undefined) return ms;
    }
    return undefined;
  },
  nativeId: (record) => {
    const id = firstText(record, ['alertId', 'id']);
    return id === undefined ? undefined : `${id}|${firstText(record, ['lastEventTime', 'lastActivity']) ?? ''}`;
  },
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};
