import { BridgewatchError } from '../../../kernel/errors.ts';
import type { ActionOrder } from '../../../ports/connector.ts';

/** No value of an order is longer, in UTF-16 units. */
const LONGEST_VALUE = 4000;

export type Scalar = string | number | boolean;

/** Looks a value of an order up by the name a template uses. Throws `CONNECTOR_ORDER_INVALID` for what is missing or no plain value. */
export type Values = (name: string) => Scalar;

/** The values of an order, each checked when it is asked for. They are hostile: a target is what telemetry called it. */
export function valuesOf({ target, parameters }: Pick<ActionOrder, 'target' | 'parameters'>): Values {
  return (name) => {
    const key = name.startsWith('parameters.') ? name.slice('parameters.'.length) : null;
    const value = key === null ? target.value : Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (value === undefined) throw invalid(`${name} is asked for and not given`);
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
    if (typeof value !== 'string') throw invalid(`${name} is no text, number, true or false`);
    if (value.length > LONGEST_VALUE) throw invalid(`${name} is longer than ${LONGEST_VALUE} characters`);
    if (!value.isWellFormed() || value.includes('\0')) throw invalid(`${name} holds characters that no text has`);
    return value;
  };
}

/** `what` may quote a name, not a value: values go into logs only through people. */
export function invalid(what: string): BridgewatchError {
  return new BridgewatchError('CONNECTOR_ORDER_INVALID', what, 400);
}
