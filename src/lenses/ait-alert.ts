import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { draft } from './activity.ts';
import { pathReader, someScalar, textOf } from './fields.ts';
import { address, hostName } from './names.ts';
import { parseTime } from './time.ts';

/** By the first letter of an alert type's code. */
const products: Readonly<Record<string, string>> = { A: 'aminer', S: 'suricata', W: 'wazuh' };
const code = /^([ASW])-[A-Z][a-z]{2}-\w{1,8}$/;

const none: EventOrigin = Object.freeze({ product: undefined, service: undefined, categories: Object.freeze([]) });
const origins: Readonly<Record<string, EventOrigin>> = Object.fromEntries(
  Object.values(products).map((product) => [
    product,
    Object.freeze({ product, service: 'alerts', categories: Object.freeze([]) }),
  ]),
);

function productOf(record: JsonObject): string {
  const [, letter = ''] = code.exec(textOf(record.short) ?? '') ?? [];
  return (Object.hasOwn(products, letter) ? products[letter] : undefined) ?? 'ait';
}

function activity(record: JsonObject): Activity {
  const made = draft('other', hostName(record.host), textOf(record.short));
  // `ip` is the address of that host, not of whoever acted on it.
  made.remoteAddress = address(record.ip);
  return made;
}

/** The table has no severity and no technique. A claim that is not made is not made up: low. */
function alert(record: JsonObject): VendorAlert | undefined {
  const type = textOf(record.short);
  if (type === undefined) return undefined;
  return {
    product: productOf(record),
    ruleId: `ait:${type}`,
    revision: undefined,
    title: textOf(record.name) ?? type,
    level: 'low',
    vendorSeverity: 'not given',
    techniques: [],
    tactics: [],
  };
}

/**
 * Rows of the AIT Alert Data Set's table (alerts of Wazuh, Suricata and AMiner in simulated company networks): time, name, ip, host and
 * a code for the alert's type. The labels beside them are not looked at. Time: `time`, epoch seconds. No native id.
 */
export const aitAlert: Lens = {
  name: 'ait-alert',
  matches: (record) =>
    typeof record.short === 'string' &&
    record.name !== undefined &&
    record.time !== undefined &&
    record.ip !== undefined &&
    code.test(record.short),
  time: (record) => parseTime(record.time),
  nativeId: () => undefined,
  origin: (record) => origins[productOf(record)] ?? none,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};
