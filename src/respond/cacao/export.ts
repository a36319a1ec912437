import type { ResponsePlaybook } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { actionKind } from '../kinds.ts';
import { type CacaoPlaybook, cacaoId, EXTENSION, FAMILY_LABEL } from './document.ts';

type Offered = ResponsePlaybook['actions'][number];
type Step = CacaoPlaybook['workflow'][string];

const maker = cacaoId('identity', 'bridgewatch');
const approver = cacaoId('individual', 'approver');
const server = cacaoId('http-api', 'server');

/** From the vocabulary of section 3.1.2. */
const activities: Readonly<Record<string, string>> = {
  isolate_host: 'disconnect-system',
  quarantine_file: 'eliminate-risk',
  notify_owner: 'deliver-content',
  open_ticket: 'deliver-content',
  collect_memory: 'execute-operation',
  call_http: 'execute-operation',
};
const activityOf = (kind: string): string => activities[kind] ?? 'restrict-access';

const external = (description: string) => ({ type: 'string', description, external: true });

/**
 * A playbook's response as a CACAO 2.0 document: for each action a step in which a person decides, and after a yes one that proposes it
 * here, where it is planned and approved once more, by its exact plan. The same playbook gives the same ids. `at` is epoch ms.
 * Throws `CACAO_NO_ACTION` (409): the standard knows no playbook without an action; and `ACTION_KIND_UNKNOWN`.
 */
export function exportCacao(playbook: ResponsePlaybook, at: number): CacaoPlaybook {
  const { family, title, actions } = playbook;
  if (actions.length === 0) {
    throw new BridgewatchError(
      'CACAO_NO_ACTION',
      `playbook "${family}" proposes no action, and CACAO 2.0 has no playbook without one`,
      409,
    );
  }
  const start = cacaoId('start', family);
  const end = cacaoId('end', family);
  const approval = (index: number) =>
    index < actions.length ? cacaoId('action', family, 'approve', String(index)) : end;
  const workflow: Record<string, Step> = {
    [start]: { type: 'start', on_completion: approval(0) },
    [end]: { type: 'end' },
  };
  for (const [index, action] of actions.entries()) {
    const automated = cacaoId('action', family, 'do', String(index));
    workflow[approval(index)] = approvalStep(action, automated, approval(index + 1));
    workflow[automated] = automatedStep(action, approval(index + 1));
  }
  const cited = actions.flatMap(({ kind }) => referencesOf(kind));
  const time = new Date(at).toISOString();
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: cacaoId('playbook', family),
    name: title,
    description: `Response to findings of the family ${family}. Nothing is done that no person approved.`,
    playbook_types: ['mitigation'],
    playbook_activities: [...new Set(actions.map(({ kind }) => activityOf(kind)))],
    created_by: maker,
    created: time,
    modified: time,
    labels: ['bridgewatch', `${FAMILY_LABEL}${family}`],
    ...(cited.length === 0
      ? {}
      : { external_references: [...new Map(cited.map((each) => [each.external_id, each])).values()] }),
    playbook_variables: {
      __bridgewatch__: external('Name of the Bridgewatch server'),
      __tenant__: external('Tenant of the finding'),
      __finding__: external('Id of the finding'),
      __revision__: external('Revision of the finding that the approver has read'),
      ...Object.fromEntries(
        actions.map(({ target }) => [`__${target}__`, external(`The ${target} of the finding that is acted on`)]),
      ),
    },
    workflow_start: start,
    workflow,
    agent_definitions: {
      [approver]: { type: 'individual', name: 'Approver', description: 'A person who may approve actions' },
      [server]: { type: 'http-api', name: 'Bridgewatch', address: { dname: ['__bridgewatch__:value'] }, port: '443' },
    },
    extension_definitions: {
      [EXTENSION]: {
        type: 'extension-definition',
        name: 'Bridgewatch action',
        description: 'What people weigh before they approve',
        created_by: maker,
        schema: 'impact: low, medium or high; reversible: boolean; when: the verdict that calls for it, "threat"',
        version: '1.0.0',
      },
    },
  };
}

function approvalStep({ kind, why }: Offered, yes: string, no: string): Step {
  const { title } = actionKind(kind);
  return {
    type: 'action',
    name: `Approve: ${title}`,
    description: why,
    commands: [
      { type: 'manual', command: `Read what "${title}" would do and whom it affects. Approve it or refuse it.` },
    ],
    agent: approver,
    on_success: yes,
    on_failure: no,
  };
}

function automatedStep({ kind, target, impact, reversible, when, why }: Offered, next: string): Step {
  const references = referencesOf(kind);
  return {
    type: 'action',
    name: actionKind(kind).title,
    description: why,
    ...(references.length === 0 ? {} : { external_references: references }),
    commands: [
      {
        type: 'http-api',
        command: 'POST /api/v1/tenants/__tenant__:value/findings/__finding__:value/actions HTTP/1.1',
        headers: { 'content-type': ['application/json'], 'if-match': ['"__revision__:value"'] },
        content: JSON.stringify({ kind, target: { kind: target, value: `__${target}__:value` }, why }),
        playbook_activity: activityOf(kind),
      },
    ],
    agent: server,
    in_args: ['__bridgewatch__', '__tenant__', '__finding__', '__revision__', `__${target}__`],
    on_completion: next,
    step_extensions: { [EXTENSION]: { impact, reversible, when } },
  };
}

function referencesOf(kind: string) {
  const { d3fend } = actionKind(kind);
  if (d3fend === null) return [];
  const url = `https://d3fend.mitre.org/technique/d3f:${d3fend.iri}/`;
  return [{ name: 'MITRE D3FEND', description: d3fend.name, external_id: d3fend.id, url }];
}
