import { z } from 'zod';
import type { ActionPlan, Check } from '../../../contracts/action.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { ActionOrder, Connector, Receipt, Run, Survey } from '../../../ports/connector.ts';
import { admit } from '../network/destinations.ts';
import { statusFailure } from '../network/exchange.ts';
import type { ConnectorRoom } from '../room.ts';
import { atPointer } from './json-pointer.ts';
import { PlannedRequest, type Planner, plannerOf } from './planned.ts';
import { type Said, sender } from './send.ts';
import type { HttpSettings, KindTemplates } from './settings.ts';
import { invalid, valuesOf } from './values.ts';

const Arguments = z.strictObject({
  execute: PlannedRequest,
  verify: PlannedRequest.nullable(),
  undo: PlannedRequest.nullable(),
  verifyUndone: PlannedRequest.nullable(),
});

interface Kind {
  readonly execute: Planner;
  readonly verify: Planner | null;
  readonly undo: Planner | null;
  readonly verifyUndone: Planner | null;
  readonly templates: KindTemplates;
}

const SAME_EFFECT = new Set(['GET', 'PUT', 'DELETE']);

/**
 * Acts by HTTP requests that an administrator wrote as templates. Whether another try is harmless follows from RFC 9110 (GET, PUT and DELETE) or from
 * a header by which the other side counts.
 */
export function httpConnector(settings: HttpSettings, room: ConnectorRoom): Connector {
  const kinds = new Map(Object.entries(settings.kinds).map(([kind, templates]) => [kind, kindOf(kind, templates)]));
  const repeatable = Object.values(settings.kinds).every(
    ({ execute, undo, idempotencyHeader, mayRepeat }) =>
      (idempotencyHeader !== undefined && mayRepeat) ||
      [execute, undo].every((each) => each === undefined || SAME_EFFECT.has(each.method)),
  );
  const send = sender(settings, room);
  const kindNamed = (name: string): Kind => {
    const kind = kinds.get(name);
    if (kind === undefined)
      throw invalid(`this connector does ${[...kinds.keys()].join(', ')}, not ${plainText(name, 60)}`);
    return kind;
  };

  /** Sends what acts. Another status than the expected is a failure. */
  const act = async (plan: ActionPlan, request: PlannedRequest | null, run: Run): Promise<Receipt> => {
    if (request === null) throw invalid('the plan has no request for this');
    const { idempotencyHeader, keep } = kindNamed(plan.kind).templates;
    const key = idempotencyHeader === undefined ? {} : { [idempotencyHeader.toLowerCase()]: run.key };
    const said = await send(plan.tenant, request, { ...run, extra: key, repeatable });
    if (outcomeOf(request, said) !== 'yes') throw actFailure(said, request, repeatable);
    return { status: said.status, origin: said.origin, kept: keptOf(keep, said) };
  };

  const look = async (plan: ActionPlan, request: PlannedRequest | null, run: Run): Promise<Check> => {
    if (request === null) return { outcome: 'unknown', saw: 'nothing: this connector has no request that looks' };
    const said = await send(plan.tenant, request, { ...run, extra: {}, repeatable: true });
    const outcome = outcomeOf(request, said);
    const { json } = request.expect;
    const at =
      json === null ? '' : `, and at ${json.pointer} ${outcome === 'yes' ? 'what was expected' : 'something else'}`;
    return { outcome, saw: `${request.method} ${said.origin} answered ${said.status}${at}` };
  };

  return {
    kinds: [...kinds.keys()],
    repeatable,

    async survey(order: ActionOrder): Promise<Survey> {
      const kind = kindNamed(order.kind);
      const target = order.target.value.toLowerCase();
      if (settings.protectedTargets.some((each) => each.toLowerCase() === target)) {
        throw new BridgewatchError(
          'CONNECTOR_PROTECTED',
          `${plainText(order.target.value, 100)} is a protected target of this connector`,
          409,
        );
      }
      const values = valuesOf(order);
      const planned = {
        execute: kind.execute(values),
        verify: kind.verify?.(values) ?? null,
        undo: kind.undo?.(values) ?? null,
        verifyUndone: kind.verifyUndone?.(values) ?? null,
      };
      for (const each of Object.values(planned))
        if (each !== null) admit(each.url, settings.destinations, room.network);
      return {
        arguments: planned,
        before: {},
        undo: planned.undo === null ? null : `${planned.undo.method} ${planned.undo.url}`,
        said: [`${planned.execute.method} ${planned.execute.url}`],
        affects: [order.target],
      };
    },

    execute: async (plan, run) => act(plan, argumentsOf(plan).execute, run),
    verify: async (plan, _receipt, run) => look(plan, argumentsOf(plan).verify, run),
    undo: async (plan, _receipt, run) => act(plan, argumentsOf(plan).undo, run),
    verifyUndone: async (plan, _receipt, run) => look(plan, argumentsOf(plan).verifyUndone, run),
  };
}

function kindOf(kind: string, templates: KindTemplates): Kind {
  const planner = (name: 'verify' | 'undo' | 'verifyUndone'): Planner | null => {
    const request = templates[name];
    return request === undefined ? null : plannerOf(request, `${kind}: ${name}`);
  };
  return {
    execute: plannerOf(templates.execute, `${kind}: execute`),
    verify: planner('verify'),
    undo: planner('undo'),
    verifyUndone: planner('verifyUndone'),
    templates,
  };
}

function argumentsOf(plan: ActionPlan): z.infer<typeof Arguments> {
  const parsed = Arguments.safeParse(plan.arguments);
  if (!parsed.success)
    throw invalid(`the plan's arguments are none of this connector's: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** `no` needs an answer that speaks of the thing itself; a door that is shut tells nothing. */
function outcomeOf({ expect }: PlannedRequest, { status, body }: Said): Check['outcome'] {
  const good = expect.status.includes(status);
  if (good && (expect.json === null || atPointer(body, expect.json.pointer) === expect.json.equals)) return 'yes';
  if (good && expect.json !== null && atPointer(body, expect.json.pointer) === undefined) return 'unknown';
  return good || (status >= 200 && status < 300) || status === 404 || status === 410 ? 'no' : 'unknown';
}

function actFailure(said: Said, request: PlannedRequest, repeatable: boolean): BridgewatchError {
  if (!request.expect.status.includes(said.status)) return statusFailure(said, repeatable);
  return new BridgewatchError(
    'CONNECTOR_REFUSED',
    `${said.origin} answered ${said.status}, but not with what is expected at ${request.expect.json?.pointer}`,
    400,
  );
}

/** Plain values only, short, without the secrets that were sent. */
function keptOf(keep: Readonly<Record<string, string>>, { body, clean }: Said): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(keep).flatMap(([name, pointer]) => {
      const value = atPointer(body, pointer);
      const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return plain ? [[name, plainText(clean(String(value)), 256)]] : [];
    }),
  );
}
