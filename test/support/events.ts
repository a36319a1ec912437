import type { Detection, Detector, Level } from '../../src/contracts/detection.ts';
import type { Activity, JsonObject, Lens, SourceEvent } from '../../src/contracts/event.ts';
import { entitiesOf } from '../../src/lenses/index.ts';

const nothing: Activity = {
  kind: 'other',
  host: undefined,
  user: undefined,
  targetUser: undefined,
  logonId: undefined,
  process: undefined,
  parent: undefined,
  target: undefined,
  sourceAddress: undefined,
  remoteAddress: undefined,
  remotePort: undefined,
  domain: undefined,
  file: undefined,
  registryKey: undefined,
  access: undefined,
  object: undefined,
  principal: undefined,
  resource: undefined,
  action: undefined,
  outcome: undefined,
  userAgent: undefined,
  whence: undefined,
};

/** A lens whose records are activities already, so that a test says what happened and nothing else. */
const plainLens: Lens = {
  name: 'plain',
  matches: () => true,
  time: () => undefined,
  nativeId: () => undefined,
  origin: () => ({ product: undefined, service: undefined, categories: [] }),
  reader: (field) => (record) => record[field],
  someValue: () => false,
  activity: (record: JsonObject) => ({ ...nothing, ...(record as Partial<Activity>) }),
};

/** Minutes into an arbitrary Monday. */
export const at = (minute: number): number => Date.UTC(2026, 0, 5, 9) + minute * 60_000;

export function event(id: string, minute: number, activity: Partial<Activity>): SourceEvent {
  return {
    id,
    record: activity as JsonObject,
    lens: plainLens,
    origin: plainLens.origin({}),
    time: at(minute),
    timeSuspect: false,
    file: 'test',
    line: 1,
    bytes: 0,
  };
}

export function processStart(
  id: string,
  minute: number,
  host: string,
  user: string,
  image: string,
  parentKey?: string,
): SourceEvent {
  return event(id, minute, {
    kind: 'process_start',
    host,
    user,
    process: { key: `${host}|${id}`, pid: undefined, image, commandLine: image },
    parent:
      parentKey === undefined
        ? undefined
        : { key: parentKey, pid: undefined, image: undefined, commandLine: undefined },
  });
}

export function detector(
  id: string,
  level: Level = 'high',
  tactics: readonly string[] = ['execution'],
  techniques: readonly string[] = ['T1059'],
): Detector {
  return {
    kind: 'sigma',
    id,
    version: '1',
    title: `Rule ${id}`,
    level,
    techniques: [...techniques],
    tactics: [...tactics],
    falsePositives: [],
  };
}

/** One detector's hit on one event. */
export function hit(one: SourceEvent, by: Detector): Detection {
  return {
    id: `${by.id}:${one.id}`,
    tenant: 't',
    detector: by,
    events: [one.id],
    at: one.time,
    fields: [],
    entities: entitiesOf(one.lens.activity(one.record)),
  };
}
