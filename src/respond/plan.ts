import { ActionPlan, type Impact, impacts } from '../contracts/action.ts';
import { type ContextFact, isCrownJewel } from '../contracts/context.ts';
import type { Entity } from '../contracts/entity.ts';
import { plainText } from '../contracts/plain-text.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/ids.ts';
import type { ActionOrder } from '../ports/connector.ts';
import { actionKind } from './kinds.ts';
import type { PlanningParts } from './parts.ts';

/** Longest a connector may look before it acts, ms: a person waits for the answer. */
const SURVEY_MS = 20_000;
const MOST_SAID = 40;
const MOST_AFFECTED = 200;
const LONGEST_SAID = 500;
/** A plan is read by people and hashed whole; what is larger belongs into the connector's own records. */
const LARGEST_PLAN = 64 * 1024;

/**
 * Looks and writes down exactly what would be done: the connector's survey, what telemetry shows of the target, and what people
 * know about it. Changes nothing. `atLeast` is an impact that somebody stated already; a plan never goes below it.
 * Throws `ACTION_KIND_UNKNOWN`, `ACTION_TARGET_KIND` (400), `ACTION_NO_CONNECTOR` (409), `ACTION_PLAN_TOO_LARGE` (413) and what the
 * connector throws.
 */
export async function planAction(
  { store, clock, connectorFor, reachOf }: PlanningParts,
  order: ActionOrder,
  atLeast: Impact = 'low',
): Promise<ActionPlan> {
  const { tenant, finding, kind, target } = order;
  const { targets, impact, reversible } = actionKind(kind);
  if (!targets.includes(target.kind)) {
    throw new BridgewatchError(
      'ACTION_TARGET_KIND',
      `${kind} is done to ${targets.join(' or ')}, not to ${target.kind}`,
      400,
    );
  }
  const found = await connectorFor(tenant, kind);
  if (found === null) {
    throw new BridgewatchError(
      'ACTION_NO_CONNECTOR',
      `no connector of this tenant carries out ${kind}; set one up`,
      409,
    );
  }
  const survey = await found.connector.survey(order, AbortSignal.timeout(SURVEY_MS));
  const facts = await store.withTenants([tenant], (tx) => tx.context.holding(tenant, clock.now(), [target]));
  const reach = reachOf(tenant, target);
  const undo = reversible ? survey.undo : null;
  const plan: ActionPlan = {
    v: 1,
    tenant,
    finding,
    kind,
    connector: found.id,
    target,
    arguments: { ...survey.arguments },
    impact: raised(highest(impact, atLeast), facts),
    reversible: undo !== null,
    undo,
    before: { ...survey.before },
    blastRadius: {
      said: [...survey.said, ...reach.said, ...facts.map(factSaid)]
        .slice(0, MOST_SAID)
        .map((text) => plainText(text, LONGEST_SAID)),
      affects: distinct([...survey.affects, ...reach.affects]).slice(0, MOST_AFFECTED),
    },
  };
  const text = canonicalJson(plan);
  const bytes = Buffer.byteLength(text);
  // As it will be read back, so that what was hashed and what is carried out are the same.
  if (bytes <= LARGEST_PLAN) return ActionPlan.parse(JSON.parse(text));
  throw new BridgewatchError(
    'ACTION_PLAN_TOO_LARGE',
    `the plan has ${bytes} bytes, more than ${LARGEST_PLAN}: connector ${found.id} says more than people can read`,
    413,
  );
}

/** What an approval binds to. */
export function planHashOf(plan: ActionPlan): string {
  return sha256(canonicalJson(plan));
}

function highest(a: Impact, b: Impact): Impact {
  return impacts.indexOf(a) >= impacts.indexOf(b) ? a : b;
}

/** One step up where the organisation cannot do without the target. */
function raised(impact: Impact, facts: readonly ContextFact[]): Impact {
  if (!facts.some(isCrownJewel)) return impact;
  return impacts[impacts.indexOf(impact) + 1] ?? 'high';
}

const factWords: Readonly<Record<ContextFact['body']['kind'], string>> = {
  criticality: 'Criticality',
  vip: 'Sought out by attackers',
  owner: 'Owner',
  maintenance_window: 'Maintenance window',
  expected_behaviour: 'Expected behaviour',
  note: 'Note',
};

function factSaid(fact: ContextFact): string {
  const what = isCrownJewel(fact) ? 'Crown jewel' : factWords[fact.body.kind];
  return `${what}: ${fact.text}`;
}

function distinct(entities: readonly Entity[]): Entity[] {
  return [...new Map(entities.map((entity) => [`${entity.kind} ${entity.value}`, entity])).values()];
}
