import { z } from 'zod';
import { stableId } from '../../kernel/ids.ts';

/**
 * What of OASIS CACAO Security Playbooks Version 2.0 (Committee Specification 01, 27 November 2023) is written and read here: sections
 * 3.1 (playbook), 4 (start, end and action steps), 5 (manual and http-api commands), 7 (agents), 10.6 (external references).
 * Objects are strict: what is not named here is refused by its name, never dropped.
 */
const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}';
const idOf = (type: string) => z.string().regex(new RegExp(`^${type}--${uuid}$`), `must be ${type}-- and a UUID`);
const Identifier = idOf('[a-z][a-z0-9-]+[a-z0-9]');
const Timestamp = z.iso.datetime({ offset: false });
const Name = z.string().max(400);
const Text = z.string().max(8000);

const ExternalReference = z.strictObject({
  name: Name,
  description: Text.optional(),
  source: Text.optional(),
  url: Text.optional(),
  external_id: Name.optional(),
  reference_id: Name.optional(),
});
const references = { external_references: z.array(ExternalReference).min(1).max(50).optional() };

/** What CACAO has no property for: the impact people weigh, and whether there is a way back. */
export const ActionExtension = z.strictObject({
  impact: z.enum(['low', 'medium', 'high']),
  reversible: z.boolean(),
  when: z.literal('threat'),
});

const command = { description: Text.optional(), version: Name.optional(), playbook_activity: Name.optional() };
const ManualCommand = z.strictObject({ type: z.literal('manual'), command: Text, ...command, ...references });
const HttpCommand = z.strictObject({
  type: z.literal('http-api'),
  command: Text,
  headers: z.record(z.string(), z.array(z.string())).optional(),
  content: Text,
  ...command,
  ...references,
});

const step = { name: Name.optional(), description: Text.optional(), ...references };
export const StartStep = z.strictObject({ type: z.literal('start'), ...step, on_completion: Identifier });
export const EndStep = z.strictObject({ type: z.literal('end'), ...step });
/** A person decides; `on_failure` is where it goes on after a no. */
export const ApprovalStep = z.strictObject({
  type: z.literal('action'),
  ...step,
  commands: z.tuple([ManualCommand]),
  agent: Identifier,
  on_success: Identifier,
  on_failure: Identifier,
});
export const AutomatedStep = z.strictObject({
  type: z.literal('action'),
  ...step,
  commands: z.tuple([HttpCommand]),
  agent: Identifier,
  in_args: z.array(z.string()).min(1).optional(),
  on_completion: Identifier,
  step_extensions: z.record(idOf('extension-definition'), z.looseObject({})).optional(),
});

const Agent = z.looseObject({ type: Name, name: Name, description: Text.optional() });
const Variable = z.strictObject({
  type: Name,
  description: Text.optional(),
  value: z.string().nullable().optional(),
  constant: z.boolean().optional(),
  external: z.boolean().optional(),
});
const ExtensionDefinition = z.strictObject({
  type: z.literal('extension-definition'),
  name: Name,
  description: Text.optional(),
  created_by: Identifier,
  schema: Text,
  version: Name,
});

/** A playbook as far as its metadata goes; its steps are judged one by one, so that each is refused by its own name. */
export const CacaoPlaybook = z.strictObject({
  type: z.literal('playbook'),
  spec_version: z.literal('cacao-2.0'),
  id: idOf('playbook'),
  name: Name.min(1),
  description: Text.optional(),
  playbook_types: z.array(Name).optional(),
  playbook_activities: z.array(Name).min(1).optional(),
  created_by: Identifier,
  created: Timestamp,
  modified: Timestamp,
  revoked: z.literal(false).optional(),
  labels: z.array(Name).min(1).optional(),
  external_references: references.external_references,
  playbook_variables: z.record(z.string().regex(/^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$/), Variable).optional(),
  workflow_start: idOf('start'),
  workflow: z.record(Identifier, z.looseObject({ type: z.string() })),
  agent_definitions: z.record(Identifier, Agent).optional(),
  extension_definitions: z.record(idOf('extension-definition'), ExtensionDefinition).optional(),
});
export type CacaoPlaybook = z.infer<typeof CacaoPlaybook>;

/** `type--UUID` that the same parts always give, in the shape of version 4 that steps must have. */
export function cacaoId(type: string, ...parts: readonly string[]): string {
  const hex = stableId('cacao', type, ...parts);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${type}--${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export const FAMILY_LABEL = 'bridgewatch-family:';
export const EXTENSION = cacaoId('extension-definition', 'action');
