import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { type Draft, draft, logonId, port, processRef } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { firstText, integerOf, isObject, objectOf, pathReader, someScalar, textAtAny, textOf } from './fields.ts';
import { domainName, hostName, networkAddress, userName } from './names.ts';
import { suricataAlert } from './suricata.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({ product: 'wazuh', service: 'alerts', categories: Object.freeze([]) });

const windowsComputer = textAtAny('data.win.system.computer');
const relayedFrom = textAtAny('predecoder.hostname');
const agentName = textAtAny('agent.name');
const managerName = textAtAny('manager.name');

/** The manager (agent 000) also reports for machines that only send it syslog; those are named in the line itself. */
function hostOf(record: JsonObject): string | undefined {
  const relayed = textOf(objectOf(record.agent).id) === '000' ? relayedFrom(record) : undefined;
  return hostName(windowsComputer(record)) ?? hostName(relayed) ?? hostName(agentName(record) ?? managerName(record));
}

/** A network sensor's record that an agent forwarded: the agent's machine is the sensor's, not the one it is about. */
function forwarded(record: JsonObject): JsonObject | undefined {
  const data = objectOf(record.data);
  return data.event_type === 'alert' && isObject(data.alert) && data.src_ip !== undefined ? data : undefined;
}

function windowsFacts(made: Draft, data: JsonObject): void {
  const event = objectOf(objectOf(data.win).eventdata);
  const image = event.image ?? event.newProcessName ?? event.sourceImage;
  const command = event.commandLine;
  const guid = event.processGuid ?? event.sourceProcessGUID;
  made.process = processRef(made.host, guid, event.newProcessId ?? event.processId, image, command);
  made.parent = processRef(
    made.host,
    event.parentProcessGuid,
    event.parentProcessId,
    event.parentImage ?? event.parentProcessName,
    event.parentCommandLine,
  );
  made.user ??= userName(event.user ?? event.subjectUserName ?? event.targetUserName);
  made.targetUser ??= other(userName(event.targetUserName), made.user);
  made.logonId = logonId(event.logonId ?? event.targetLogonId);
  made.sourceAddress ??= networkAddress(event.sourceIp ?? event.ipAddress);
  made.remoteAddress ??= networkAddress(event.destinationIp);
  made.remotePort ??= port(event.destinationPort);
  made.domain ??= domainName(event.queryName);
  made.registryKey = textOf(event.targetObject);
  made.file ??= textOf(event.targetFilename);
}

function other(user: string | undefined, than: string | undefined): string | undefined {
  return user === than ? undefined : user;
}

const registry = /^(?:\[x\d\d\] )?HK/;

function activity(record: JsonObject): Activity {
  const data = objectOf(record.data);
  const audit = objectOf(data.audit);
  const eve = forwarded(record);
  const made = draft(
    eve === undefined ? 'other' : 'network',
    eve === undefined ? hostOf(record) : undefined,
    undefined,
  );
  made.action = `Wazuh rule ${textOf(objectOf(record.rule).id) ?? 'without id'}`;
  const source = firstText(data, ['srcuser', 'uid']);
  const target = firstText(data, ['dstuser']);
  made.user = userName(source) ?? userName(target);
  made.targetUser = other(userName(target), made.user);
  made.sourceAddress = networkAddress(firstText(data, ['srcip', 'src_ip']));
  made.remoteAddress = networkAddress(firstText(data, ['dstip', 'dest_ip']));
  made.remotePort = port(firstText(data, ['dstport', 'dest_port']));
  const path = textOf(objectOf(record.syscheck).path);
  if (path !== undefined && registry.test(path)) made.registryKey = path;
  else made.file = path ?? textOf(objectOf(audit.file).name);
  if (isObject(data.win)) windowsFacts(made, data);
  else made.process = processRef(made.host, undefined, audit.pid, audit.exe, audit.command);
  made.object = textOf(record.location);
  return made;
}

/**
 * Wazuh's rule levels, 0 to 16 (documentation, "Rules classification"): to 3 nothing that matters to security or a success, 4 to 6
 * errors and attacks of low relevance, 7 to 11 what may matter, 12 to 14 what does, from 15 an attack with no room for a false
 * positive.
 */
function levelOf(level: unknown): VendorAlert['level'] {
  const number = integerOf(level);
  if (number === undefined || number < 0) return 'medium';
  if (number >= 15) return 'critical';
  if (number >= 12) return 'high';
  if (number >= 7) return 'medium';
  return number >= 4 ? 'low' : 'informational';
}

/**
 * Techniques and tactics: `rule.mitre.id` and `rule.mitre.tactic`. One Wazuh rule stands for all of Suricata's signatures: where it
 * passes one on, the signature is part of the rule's name and its tags count as well.
 */
function alert(record: JsonObject): VendorAlert | undefined {
  const rule = objectOf(record.rule);
  const id = textOf(rule.id);
  if (id === undefined) return undefined;
  const eve = forwarded(record);
  const passedOn = eve === undefined ? undefined : suricataAlert(eve);
  const mitre = objectOf(rule.mitre);
  const techniques = techniquesIn(mitre.id);
  const level = textOf(rule.level) ?? 'not given';
  return {
    product: 'wazuh',
    ruleId: passedOn === undefined ? id : `${id}/suricata:${passedOn.ruleId}`,
    // Wazuh numbers no editions, but level and tags are the rule's own, not the case's.
    revision: [level, ...techniques, passedOn?.revision ?? ''].join(),
    title: textOf(rule.description) ?? passedOn?.title ?? `Wazuh rule ${id}`,
    level: levelOf(rule.level),
    vendorSeverity: level,
    techniques: [...new Set([...techniques, ...(passedOn?.techniques ?? [])])],
    tactics: tacticsIn(mitre.tactic, passedOn?.tactics),
  };
}

/** Wazuh's alerts (`alerts.json`, or as indexed). Time: `timestamp`, else `@timestamp`. Native id: manager and `id`. */
export const wazuh: Lens = {
  name: 'wazuh',
  matches: (record) =>
    isObject(record.rule) &&
    record.rule.level !== undefined &&
    record.rule.id !== undefined &&
    (isObject(record.agent) || isObject(record.manager)) &&
    (record.timestamp !== undefined || record['@timestamp'] !== undefined),
  time: (record) => parseTime(record.timestamp) ?? parseTime(record['@timestamp']),
  nativeId: (record) => {
    const id = textOf(record.id);
    return id === undefined ? undefined : `${managerName(record) ?? ''}|${id}`;
  },
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};
