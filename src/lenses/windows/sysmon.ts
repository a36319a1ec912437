import type { JsonObject } from '../../contracts/event.ts';
import { type Draft, logonId, port, processRef } from '../activity.ts';
import { textOf } from '../fields.ts';
import { domainName, networkAddress, userName } from '../names.ts';
import type { Fill, Table } from './fill.ts';

function actor(made: Draft, data: JsonObject): void {
  made.user = userName(data.User);
  made.process = processRef(made.host, data.ProcessGuid, data.ProcessId, data.Image);
}

const processStart: Fill = (made, data) => {
  made.user = userName(data.User);
  made.logonId = logonId(data.LogonId);
  made.process = processRef(made.host, data.ProcessGuid, data.ProcessId, data.Image, data.CommandLine);
  made.parent = processRef(
    made.host,
    data.ParentProcessGuid,
    data.ParentProcessId,
    data.ParentImage,
    data.ParentCommandLine,
  );
};

/** Addresses from the host's side: its own as source, the other end as remote, whoever opened the connection. */
const network: Fill = (made, data) => {
  actor(made, data);
  const inbound = String(data.Initiated).toLowerCase() === 'false';
  made.sourceAddress = networkAddress(inbound ? data.DestinationIp : data.SourceIp);
  made.remoteAddress = networkAddress(inbound ? data.SourceIp : data.DestinationIp);
  // The port of whoever called in is a random number; it would make each connection look new.
  if (!inbound) made.remotePort = port(data.DestinationPort);
  if (!inbound) made.domain = domainName(data.DestinationHostname);
};

const file: Fill = (made, data) => {
  actor(made, data);
  made.file = textOf(data.TargetFilename);
};

const registry: Fill = (made, data) => {
  actor(made, data);
  made.registryKey = textOf(data.TargetObject);
};

/** Sysmon 8 and 10 name two processes and spell the GUID field both ways. */
const twoProcesses: Fill = (made, data) => {
  made.user = userName(data.SourceUser);
  const sourceGuid = data.SourceProcessGuid ?? data.SourceProcessGUID;
  const targetGuid = data.TargetProcessGuid ?? data.TargetProcessGUID;
  made.process = processRef(made.host, sourceGuid, data.SourceProcessId, data.SourceImage);
  made.target = processRef(made.host, targetGuid, data.TargetProcessId, data.TargetImage);
  made.access = textOf(data.GrantedAccess);
};

const image: Fill = (made, data) => {
  actor(made, data);
  made.file = textOf(data.ImageLoaded);
};

const driver: Fill = (made, data) => {
  made.file = textOf(data.ImageLoaded);
  made.object = textOf(data.ImageLoaded);
};

const pipe: Fill = (made, data) => {
  actor(made, data);
  made.object = textOf(data.PipeName);
};

const wmi: Fill = (made, data) => {
  made.user = userName(data.User);
  made.object = textOf(data.Name) ?? textOf(data.Consumer);
};

const dns: Fill = (made, data) => {
  actor(made, data);
  made.domain = domainName(data.QueryName);
};

const device: Fill = (made, data) => {
  actor(made, data);
  made.object = textOf(data.Device);
};

/** Sysmon's events (its manifest, schema 4.x), Windows and Linux. */
export const sysmonTable: Table = {
  1: ['process_start', processStart],
  2: ['file', file],
  3: ['network', network],
  5: ['process_end', actor],
  6: ['driver_load', driver],
  7: ['image_load', image],
  8: ['remote_thread', twoProcesses],
  9: ['other', device],
  10: ['process_access', twoProcesses],
  11: ['file', file],
  12: ['registry', registry],
  13: ['registry', registry],
  14: ['registry', registry],
  15: ['file', file],
  17: ['pipe', pipe],
  18: ['pipe', pipe],
  19: ['wmi', wmi],
  20: ['wmi', wmi],
  21: ['wmi', wmi],
  22: ['dns', dns],
  23: ['file', file],
  24: ['other', actor],
  25: ['other', actor],
  26: ['file', file],
  27: ['file', file],
  28: ['file', file],
  29: ['file', file],
};
