import { z } from 'zod';

export const entityKinds = [
  'host',
  'user',
  'process',
  'file',
  'address',
  'domain',
  'cloud_principal',
  'cloud_resource',
] as const;

/**
 * What an event or finding is about. Values are normalised by the lens: hosts and users in lower case without their
 * domain, processes as the lens's process key, addresses in canonical text form.
 */
export const Entity = z.object({ kind: z.enum(entityKinds), value: z.string() });
export type Entity = z.infer<typeof Entity>;
export type EntityKind = Entity['kind'];

/** Kinds that make it another story: a new process or file of the same people on the same hosts is more of the same. */
export const tellingKinds: ReadonlySet<EntityKind> = new Set([
  'host',
  'user',
  'address',
  'domain',
  'cloud_principal',
  'cloud_resource',
]);
