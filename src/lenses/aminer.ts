import type { Activity, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { draft } from './activity.ts';
import { isObject, objectOf, pathReader, someScalar, textAt, textAtAny, textOf } from './fields.ts';
import { address, hostName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({ product: 'aminer', service: 'alerts', categories: Object.freeze([]) });

/** An AMiner's name is whatever its operator set: the host it runs on, or that host's address. */
const machine = textAt('AMiner.ID');
const resource = textAtAny('LogData.LogResources', 'AnalysisComponent.LogResource');

function activity(record: JsonObject): Activity {
  const name = machine(record);
  const at = address(name);
  const made = draft('other', at === undefined ? hostName(name) : undefined, undefined);
  made.action = `AMiner ${textOf(objectOf(record.AnalysisComponent).AnalysisComponentType) ?? 'alert'}`;
  made.sourceAddress = at;
  made.object = resource(record)?.replace(/^file:\/\//, '');
  return made;
}

/**
 * AMiner gives no severity and no technique: it says that something is new or unusual in a log, not that it is bad. Low, by what the
 * tool is.
 */
function alert(record: JsonObject): VendorAlert {
  const component = objectOf(record.AnalysisComponent);
  const type = textOf(component.AnalysisComponentType);
  const name = textOf(component.AnalysisComponentName);
  return {
    product: 'aminer',
    ruleId: name ?? type ?? 'alert',
    revision: undefined,
    title: name ?? textOf(component.Message) ?? type ?? 'AMiner alert',
    level: 'low',
    vendorSeverity: 'not given',
    techniques: [],
    tactics: [],
  };
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** Alerts of the log data anomaly miner in JSON. Time: the first of `LogData.Timestamps`, else `DetectionTimestamp`. No native id. */
export const aminer: Lens = {
  name: 'aminer',
  matches: (record) =>
    isObject(record.AnalysisComponent) &&
    isObject(record.LogData) &&
    (record.AnalysisComponent.AnalysisComponentType !== undefined ||
      record.AnalysisComponent.AnalysisComponentName !== undefined),
  time: (record) => {
    const data = objectOf(record.LogData);
    return parseTime(first(data.Timestamps)) ?? parseTime(first(data.DetectionTimestamp));
  },
  nativeId: () => undefined,
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert,
};
