import { z } from 'zod';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Tool } from './tool.ts';
import { accountChanges } from './tools/account-changes.ts';
import { blindRules } from './tools/blind-rules.ts';
import { cloudPrincipalHistory } from './tools/cloud-principal-history.ts';
import { entityTimeline } from './tools/entity-timeline.ts';
import { lastHeard } from './tools/last-heard.ts';
import { logonSession } from './tools/logon-session.ts';
import { networkDestinations } from './tools/network-destinations.ts';
import { prevalence } from './tools/prevalence.ts';
import { processTree } from './tools/process-tree.ts';
import { relatedDetections } from './tools/related-detections.ts';
import { techniqueContext } from './tools/technique-context.ts';
import { telemetryGap } from './tools/telemetry-gap.ts';

/** Every tool a playbook may name. */
export const tools: Readonly<Record<string, Tool>> = {
  'process-tree': processTree,
  'entity-timeline': entityTimeline,
  prevalence,
  'logon-session': logonSession,
  'related-detections': relatedDetections,
  'technique-context': techniqueContext,
  'network-destinations': networkDestinations,
  'account-changes': accountChanges,
  'cloud-principal-history': cloudPrincipalHistory,
  'telemetry-gap': telemetryGap,
  'blind-rules': blindRules,
  'last-heard': lastHeard,
};

const PlaybookStep = z.object({ tool: z.string(), question: z.string(), why: z.string() });
const PlaybookAction = z.object({
  kind: z.string(),
  target: z.enum(['host', 'user', 'cloud_principal', 'address', 'file']),
  impact: z.enum(['low', 'medium', 'high']),
  reversible: z.boolean(),
  when: z.literal('threat'),
  why: z.string(),
});

/** One playbook, as in playbooks/*.yml: what to ask for a family of findings, whom to ask, what to propose. */
export const Playbook = z.object({
  family: z.string(),
  title: z.string(),
  steps: z.array(PlaybookStep).min(1),
  ask_people: z.array(z.string()),
  actions: z.array(PlaybookAction),
});
export type Playbook = z.infer<typeof Playbook>;

/**
 * Checks parsed playbooks and files them by family.
 *
 * @throws BridgewatchError `PLAYBOOK_INVALID` naming the family and what is wrong; `PLAYBOOK_NO_DEFAULT` where none is called `default`.
 */
export function playbooksByFamily(
  documents: readonly { file: string; content: unknown }[],
): ReadonlyMap<string, Playbook> {
  const byFamily = new Map<string, Playbook>();
  for (const { file, content } of documents) {
    const parsed = Playbook.safeParse(content);
    if (!parsed.success) throw new BridgewatchError('PLAYBOOK_INVALID', `${file}: ${z.prettifyError(parsed.error)}`);
    for (const { tool } of parsed.data.steps) {
      if (tools[tool] === undefined) {
        throw new BridgewatchError(
          'PLAYBOOK_INVALID',
          `${file}: there is no tool '${tool}'; there are ${Object.keys(tools).join(', ')}`,
        );
      }
    }
    byFamily.set(parsed.data.family, parsed.data);
  }
  if (!byFamily.has('default'))
    throw new BridgewatchError(
      'PLAYBOOK_NO_DEFAULT',
      `no playbook has the family 'default', needed for findings of any other kind`,
    );
  return byFamily;
}
