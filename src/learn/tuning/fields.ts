/**
 * What a field says of an event. A filter takes at most one field of an aspect: two names of one thing narrow nothing. `words` are texts
 * that whoever acts can write as they like.
 */
export type Aspect = 'program' | 'parent' | 'account' | 'place' | 'object' | 'words' | 'other';

export interface TuningField {
  readonly name: string;
  readonly aspect: Aspect;
  /** How much it pins down where all of a run agree on the whole value. */
  readonly weight: number;
  /** Whether a part of it still says something: of a path it does, of an account's name it does not. */
  readonly inParts: boolean;
}

const table: readonly (readonly [Aspect, number, boolean, readonly string[]])[] = [
  ['program', 8, true, ['Image', 'NewProcessName', 'SourceImage', 'exe', 'ProcessName', 'Application']],
  ['program', 7, false, ['Hashes', 'sha256', 'OriginalFileName']],
  ['parent', 6, true, ['ParentImage', 'ParentProcessName']],
  ['account', 6, false, ['User', 'SourceUser', 'SubjectUserName', 'AccountName', 'userIdentity.arn', 'UserId']],
  ['account', 6, false, ['userPrincipalName', 'userIdentity.userName', 'userIdentity.principalId', 'TargetUserName']],
  ['place', 6, false, ['Computer', 'ComputerName', 'Hostname', 'hostname', 'SourceIp', 'IpAddress']],
  ['place', 6, false, ['sourceIPAddress', 'src_ip', 'id.orig_h', 'ClientIP']],
  ['object', 5, true, ['TargetImage', 'TargetFilename', 'TargetObject', 'ImageLoaded', 'ServiceName', 'TaskName']],
  ['object', 5, true, ['PipeName', 'ShareName', 'ObjectName', 'ObjectId', 'ServiceFileName', 'ImagePath']],
  ['object', 5, false, ['DestinationIp', 'DestinationHostname', 'id.resp_h', 'dest_ip', 'eventName', 'Operation']],
  ['words', 7, true, ['CommandLine', 'ProcessCommandLine', 'ScriptBlockText', 'Payload', 'cmdline']],
  ['words', 5, true, ['ParentCommandLine', 'QueryName', 'query', 'userAgent', 'c-useragent', 'Details', 'Description']],
];

const known: ReadonlyMap<string, TuningField> = new Map(
  table.flatMap(([aspect, weight, inParts, names]) =>
    names.map((name): [string, TuningField] => [name, { name, aspect, weight, inParts }]),
  ),
);

/** Fields that are the same in all events of a kind, or different in every event: a line of these tells nothing apart or holds never again. */
const untelling =
  /^(?:EventID|EventCode|Channel|Provider_?Name|SourceName|eventSource|eventVersion|Version|Level|Task|Opcode|Keywords|(?:.*[_.])?product|.*(?:Guid|Uuid|LogonId|ProcessId|ThreadId|RecordID|RecordNumber|requestID|eventID|Time|time|timestamp|Date|Port|pid|auid|ses))$/i;
/** A name that a selection's key and YAML take as it is. */
const plainName = /^[A-Za-z_][\w.@-]{0,99}$/;

/** The fields a filter of a rule may use: those known to say who did what where, and those the rule itself looks at. */
export function tuningFields(ruleFields: Iterable<string>): readonly TuningField[] {
  const others = [...new Set(ruleFields)]
    .filter((name) => !known.has(name) && plainName.test(name) && !untelling.test(name))
    .toSorted()
    .map((name): TuningField => ({ name, aspect: 'other', weight: 4, inParts: false }));
  return [...known.values(), ...others];
}
