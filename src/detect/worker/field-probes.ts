import type { Activity, JsonObject, SourceEvent } from '../../contracts/event.ts';

/** Tells whether one field of an event is filled. */
export interface FieldProbe {
  /** A fact of the activity as `activity.user`, a field of the record as rules name it. */
  readonly field: string;
  readonly isFilled: (activity: Activity, record: JsonObject) => boolean;
}

/** What triage, investigation and baselines live by. */
const facts: readonly (readonly [string, (activity: Activity) => unknown])[] = [
  ['host', ({ host }) => host],
  ['user', ({ user }) => user],
  ['targetUser', ({ targetUser }) => targetUser],
  ['logonId', ({ logonId }) => logonId],
  ['process.image', ({ process }) => process?.image],
  ['process.commandLine', ({ process }) => process?.commandLine],
  ['process.key', ({ process }) => process?.key],
  ['parent.image', ({ parent }) => parent?.image],
  ['parent.key', ({ parent }) => parent?.key],
  ['target.image', ({ target }) => target?.image],
  ['sourceAddress', ({ sourceAddress }) => sourceAddress],
  ['remoteAddress', ({ remoteAddress }) => remoteAddress],
  ['domain', ({ domain }) => domain],
  ['file', ({ file }) => file],
  ['registryKey', ({ registryKey }) => registryKey],
  ['object', ({ object }) => object],
  ['principal', ({ principal }) => principal],
  ['resource', ({ resource }) => resource],
  ['action', ({ action }) => action],
  ['outcome', ({ outcome }) => outcome],
];

const ofActivity: readonly FieldProbe[] = facts.map(([name, read]) => ({
  field: `activity.${name}`,
  isFilled: (activity) => read(activity) !== undefined,
}));

/** @param fields that rules look at in such events, as rules name them */
export function probesOf(lens: SourceEvent['lens'], fields: Iterable<string>): readonly FieldProbe[] {
  const ofRecord = [...fields].map((field): FieldProbe => {
    const read = lens.reader(field);
    return {
      field,
      isFilled: (_activity, record) => {
        const value = read(record);
        return value !== undefined && value !== null && value !== '' && value !== '-';
      },
    };
  });
  return [...ofActivity, ...ofRecord];
}
