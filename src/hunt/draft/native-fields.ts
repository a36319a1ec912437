import type { SourceEvent } from '../../contracts/event.ts';
import type { LakeColumn } from '../../contracts/lake.ts';

/** How a record's own field holds what a column says: as it is, after a separator (a path, a domain), or before a dot (a host's name). */
export type Relation = 'same' | 'after' | 'before';

export interface NativeField {
  readonly name: string;
  readonly relation: Relation;
  /** The separator of `after`. */
  readonly separator: string;
}

/** A sampled event with what its columns say. */
export interface Sample {
  readonly event: SourceEvent;
  readonly columns: Readonly<Partial<Record<LakeColumn, unknown>>>;
}

/** Names that rules use for what a column says; they are preferred where a record answers to them. */
const usual: Readonly<Partial<Record<LakeColumn, readonly string[]>>> = {
  host: ['Computer', 'ComputerName', 'Hostname', 'hostname'],
  user: ['User', 'SubjectUserName', 'TargetUserName', 'UserName', 'userIdentity.userName'],
  target_user: ['TargetUserName', 'MemberName'],
  principal: ['userIdentity.arn', 'userIdentity.principalId', 'userPrincipalName', 'UserId'],
  process: ['Image', 'NewProcessName', 'exe', 'ProcessName', 'SourceImage'],
  process_name: ['Image', 'NewProcessName', 'exe', 'ProcessName', 'SourceImage'],
  parent: ['ParentImage', 'ParentProcessName'],
  parent_name: ['ParentImage', 'ParentProcessName'],
  command_line: ['CommandLine', 'ProcessCommandLine'],
  parent_command_line: ['ParentCommandLine'],
  source_address: ['SourceIp', 'IpAddress', 'sourceIPAddress', 'id.orig_h', 'src_ip'],
  remote_address: ['DestinationIp', 'DestAddress', 'id.resp_h', 'dest_ip'],
  remote_port: ['DestinationPort', 'DestPort', 'id.resp_p', 'dest_port'],
  domain: ['QueryName', 'query', 'DestinationHostname'],
  file: ['TargetFilename', 'ObjectName'],
  registry_key: ['TargetObject', 'ObjectName'],
  object: ['ServiceName', 'TaskName', 'PipeName', 'ShareName'],
  action: ['eventName', 'Operation', 'operationName'],
};

/** Fields of one record looked through where no usual name answers. */
const MOST_NAMES = 300;

/**
 * The field of the sampled records that holds what a column says, found by comparing values: the name for which most samples agree. Undefined
 * where fewer than half of those that say anything do.
 */
export function nativeField(column: LakeColumn, samples: readonly Sample[]): NativeField | undefined {
  const telling = samples.filter(({ columns }) => columns[column] !== undefined && columns[column] !== null);
  if (telling.length === 0) return undefined;
  const known = best(usual[column] ?? [], column, telling);
  return known ?? best(namesIn(telling[0]), column, telling);
}

function best(names: readonly string[], column: LakeColumn, samples: readonly Sample[]): NativeField | undefined {
  let [found, most]: [NativeField | undefined, number] = [undefined, samples.length / 2];
  for (const name of names) {
    const counts = new Map<string, { readonly field: NativeField; count: number }>();
    for (const { event, columns } of samples) {
      const field = relationOf(name, String(columns[column]), event.lens.reader(name)(event.record));
      if (field === undefined) continue;
      const key = `${field.relation}${field.separator}`;
      const counted = counts.get(key) ?? { field, count: 0 };
      counts.set(key, { field, count: counted.count + 1 });
    }
    for (const { field, count } of counts.values()) if (count > most) [found, most] = [field, count];
  }
  return found;
}

function relationOf(name: string, said: string, value: unknown): NativeField | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [own, column] = [String(value).toLowerCase(), said.toLowerCase()];
  if (own === column) return { name, relation: 'same', separator: '' };
  for (const separator of ['\\', '/', '@'])
    if (own.endsWith(separator + column)) return { name, relation: 'after', separator };
  return own.startsWith(`${column}.`) ? { name, relation: 'before', separator: '.' } : undefined;
}

/** Leaves of a record, by the paths that generic readers know. */
function namesIn(sample: Sample | undefined): readonly string[] {
  const names: string[] = [];
  const open: [string, unknown][] = [['', sample?.event.record]];
  while (open.length > 0 && names.length < MOST_NAMES) {
    const [path, value] = open.shift() ?? ['', undefined];
    if (typeof value !== 'object' || value === null) {
      names.push(path);
      const leaf = path.split('.').at(-1);
      if (leaf !== undefined && leaf !== path) names.push(leaf);
    } else if (!Array.isArray(value))
      for (const [key, member] of Object.entries(value)) open.push([path === '' ? key : `${path}.${key}`, member]);
  }
  return names;
}
