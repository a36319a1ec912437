import type { Entity, EntityKind } from '../contracts/entity.ts';
import type { Activity, ProcessRef } from '../contracts/event.ts';
import { plainName } from '../contracts/plain-text.ts';

/**
 * What an activity names, each once, in a fixed order: host, users, processes, addresses, domain, file, cloud.
 * Values are the activity's own, which the lens normalised; files in lower case, because Windows paths are. At most 256
 * characters, none of them unseen: whoever writes a log chooses the names in it (see contracts/plain-text.ts).
 */
export function entitiesOf(activity: Activity): Entity[] {
  const found: Entity[] = [];
  add(found, 'host', activity.host);
  add(found, 'user', activity.user);
  add(found, 'user', activity.targetUser);
  addProcess(found, activity.process);
  addProcess(found, activity.parent);
  addProcess(found, activity.target);
  add(found, 'address', activity.sourceAddress);
  add(found, 'address', activity.remoteAddress);
  add(found, 'domain', activity.domain);
  add(found, 'file', activity.file?.toLowerCase());
  add(found, 'cloud_principal', activity.principal);
  add(found, 'cloud_resource', activity.resource);
  return found;
}

function addProcess(found: Entity[], process: ProcessRef | undefined): void {
  add(found, 'process', process?.key);
}

function add(found: Entity[], kind: EntityKind, given: string | undefined): void {
  if (given === undefined || given === '') return;
  const value = plainName(given);
  if (!found.some((entity) => entity.kind === kind && entity.value === value)) found.push({ kind, value });
}
