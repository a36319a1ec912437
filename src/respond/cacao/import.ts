import { z } from 'zod';
import { ResponsePlaybook } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { kindOrUndefined } from '../kinds.ts';
import { parseBounded } from './bounds.ts';
import {
  ActionExtension,
  ApprovalStep,
  AutomatedStep,
  CacaoPlaybook,
  EndStep,
  EXTENSION,
  FAMILY_LABEL,
  StartStep,
} from './document.ts';

type Offered = ResponsePlaybook['actions'][number];

const MOST_STEPS = 200;
const PROPOSE = /^POST \/api\/v1\/tenants\/\S+\/findings\/\S+\/actions HTTP\/1\.1$/;
const humans = new Set(['individual', 'group']);

/** The body of the one request a step may send. Its target is a variable: a playbook names kinds of targets, never a target. */
const Content = z.strictObject({
  kind: z.string(),
  target: z.strictObject({ kind: z.string(), value: z.string().regex(/^__[a-z_]+__:value$/) }),
  why: z.string(),
});

/**
 * Reads a CACAO 2.0 document as a playbook's response. Taken is what can be honoured: one line of steps, each action behind a person
 * who decides. Anything else is refused by name, so that nobody believes in a step that would be left out.
 * Throws `CACAO_TOO_LARGE` (413), `CACAO_NOT_JSON` and `CACAO_REFUSED` (400).
 */
export function importCacao(text: string): ResponsePlaybook {
  const parsed = CacaoPlaybook.safeParse(parseBounded(text));
  if (!parsed.success) throw refused(firstIssue(parsed.error));
  const playbook = parsed.data;
  if (Object.keys(playbook.workflow).length > MOST_STEPS) throw refused(`workflow: more than ${MOST_STEPS} steps`);
  const family = playbook.labels?.find((label) => label.startsWith(FAMILY_LABEL))?.slice(FAMILY_LABEL.length);
  if (family === undefined)
    throw refused(`labels: none is "${FAMILY_LABEL}<family>", so it belongs to no family of findings`);
  const result = ResponsePlaybook.safeParse({ family, title: playbook.name, actions: actionsOf(playbook) });
  if (!result.success) throw refused(firstIssue(result.error));
  return result.data;
}

/** Walks the one line from start to end. */
function actionsOf(playbook: CacaoPlaybook): Offered[] {
  const walked = new Set<string>();
  const next = <T>(id: string, as: z.ZodType<T>): T => {
    const step = playbook.workflow[id];
    if (step === undefined) throw refused(`workflow: step ${id} is named and not there`);
    if (walked.has(id)) throw refused(`workflow.${id}: comes round again; loops are not taken`);
    if (!['start', 'end', 'action'].includes(step.type))
      throw refused(`workflow.${id}: steps of type ${step.type} are not taken`);
    walked.add(id);
    const parsed = as.safeParse(step);
    if (!parsed.success) throw refused(`workflow.${id}: ${firstIssue(parsed.error)}`);
    return parsed.data;
  };
  const actions: Offered[] = [];
  let id = next(playbook.workflow_start, StartStep).on_completion;
  while (playbook.workflow[id]?.type !== 'end') {
    if (isAutomated(playbook.workflow[id])) throw refused(`workflow.${id}: no person approves it before it acts`);
    const approval = next(id, ApprovalStep);
    const agent = playbook.agent_definitions?.[approval.agent];
    if (agent === undefined || !humans.has(agent.type)) {
      throw refused(`workflow.${id}.agent: ${approval.agent} is no individual or group, so nobody approves`);
    }
    const automated = next(approval.on_success, AutomatedStep);
    if (automated.on_completion !== approval.on_failure) {
      throw refused(`workflow.${id}.on_failure: after a no it must go on where it goes on after the action`);
    }
    actions.push(offeredBy(approval.on_success, automated, playbook));
    id = approval.on_failure;
  }
  next(id, EndStep);
  const left = Object.keys(playbook.workflow).find((step) => !walked.has(step));
  if (left !== undefined) throw refused(`workflow.${left}: no step leads to it`);
  return actions;
}

function isAutomated(step: CacaoPlaybook['workflow'][string] | undefined): boolean {
  const commands = step?.commands;
  return Array.isArray(commands) && commands.some((command) => command?.type !== 'manual');
}

function offeredBy(id: string, step: z.infer<typeof AutomatedStep>, playbook: CacaoPlaybook): Offered {
  const [{ command, content }] = step.commands;
  if (!PROPOSE.test(command))
    throw refused(`workflow.${id}.commands: "${command.slice(0, 120)}" is no proposal of an action`);
  if (playbook.agent_definitions?.[step.agent]?.type !== 'http-api') {
    throw refused(`workflow.${id}.agent: ${step.agent} is no http-api`);
  }
  const said = Content.safeParse(jsonOf(content));
  if (!said.success) throw refused(`workflow.${id}.commands.content: ${firstIssue(said.error)}`);
  const { kind, target, why } = said.data;
  const known = kindOrUndefined(kind);
  if (known === undefined) throw refused(`workflow.${id}.commands.content: there is no action "${kind}"`);
  if (!known.targets.some((each) => each === target.kind)) {
    throw refused(`workflow.${id}.commands.content: ${kind} is not done to ${target.kind}`);
  }
  if (target.value !== `__${target.kind}__:value`) {
    throw refused(`workflow.${id}.commands.content: the target must be __${target.kind}__:value`);
  }
  const { [EXTENSION]: weighed, ...others } = step.step_extensions ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) throw refused(`workflow.${id}.step_extensions: ${other} is not known here`);
  const { impact, reversible } = known;
  const extension = ActionExtension.safeParse(weighed ?? { impact, reversible, when: 'threat' });
  if (!extension.success) throw refused(`workflow.${id}.step_extensions: ${firstIssue(extension.error)}`);
  return { kind, target: target.kind as Offered['target'], ...extension.data, why };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? '' : `${path}: `}${issue?.message ?? 'does not fit'}`;
}

function refused(what: string): BridgewatchError {
  return new BridgewatchError('CACAO_REFUSED', `the playbook cannot be honoured as it is: ${what}`, 400);
}
