import type { JsonObject, Lens } from '../contracts/event.ts';
import { aitAlert } from './ait-alert.ts';
import { aminer } from './aminer.ts';
import { auditd } from './auditd.ts';
import { azure } from './azure.ts';
import { cef } from './cef.ts';
import { cloudAudits } from './cloud-audit.ts';
import { cloudtrail } from './cloudtrail.ts';
import { defender } from './defender.ts';
import { ecs } from './ecs.ts';
import { generic } from './generic.ts';
import { graphAlert } from './graph-alert.ts';
import { guardduty } from './guardduty.ts';
import { leef } from './leef.ts';
import { m365 } from './m365.ts';
import { ocsfFinding } from './ocsf-finding.ts';
import { otel } from './otel.ts';
import { suricata } from './suricata.ts';
import { syslog } from './syslog.ts';
import { wazuh } from './wazuh.ts';
import { evtx } from './windows/evtx.ts';
import { evtxecmd } from './windows/evtxecmd.ts';
import { windowsFlat } from './windows/flat.ts';
import { windowsLens } from './windows/lens.ts';
import { logAnalytics } from './windows/log-analytics.ts';
import { nxlog } from './windows/nxlog.ts';
import { winlogbeat6, winlogbeat7 } from './windows/winlogbeat.ts';
import { zeek } from './zeek.ts';

export { entitiesOf } from './entities.ts';
export { partitionKey } from './partition-key.ts';

/**
 * In the order they are tried. Where two could read a record, the more particular comes first: winlogbeat 7 and 8
 * records are also ECS, and flat Windows is what nxlog and Log Analytics are special cases of. Alerts of other products come before
 * the logs that share names with them: Graph's have the times of Azure's records, a shipper puts ECS's around Suricata's.
 */
export const lenses: readonly Lens[] = Object.freeze([
  windowsLens(nxlog),
  windowsLens(logAnalytics),
  windowsLens(windowsFlat),
  windowsLens(winlogbeat6),
  windowsLens(winlogbeat7),
  windowsLens(evtx),
  windowsLens(evtxecmd),
  suricata,
  wazuh,
  guardduty,
  defender,
  graphAlert,
  ocsfFinding,
  aminer,
  aitAlert,
  cloudtrail,
  m365,
  azure,
  ...cloudAudits,
  cef,
  leef,
  zeek,
  ecs,
  auditd,
  syslog,
  otel,
  generic,
]);

/** The lens that reads a record, by its shape alone. Never undefined: `generic` takes what no other knows. */
export function lensOf(record: JsonObject): Lens {
  for (const lens of lenses) if (lens.matches(record)) return lens;
  return generic;
}
