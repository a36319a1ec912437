import { type LakeColumn, lakeColumns } from '../../contracts/lake.ts';

export interface Field {
  readonly type: 'text' | 'number' | 'time' | 'flag' | 'raw';
  readonly columns: readonly LakeColumn[];
  /** Asked instead where the value has a path separator. */
  readonly pathColumns?: readonly LakeColumn[];
}

const types: Readonly<Record<(typeof lakeColumns)[number][1], Field['type']>> = {
  VARCHAR: 'text',
  INTEGER: 'number',
  TIMESTAMP_MS: 'time',
  BOOLEAN: 'flag',
};

const text = (...columns: LakeColumn[]): Field => ({ type: 'text', columns });

/** Names people use, beside the columns' own. */
const friendly: Readonly<Record<string, Field>> = {
  process: { ...text('process_name'), pathColumns: ['process'] },
  image: { ...text('process_name'), pathColumns: ['process'] },
  process_path: text('process'),
  parent: { ...text('parent_name'), pathColumns: ['parent'] },
  parent_path: text('parent'),
  cmd: text('command_line'),
  command: text('command_line'),
  cmdline: text('command_line'),
  parent_cmd: text('parent_command_line'),
  ip: text('source_address', 'remote_address'),
  address: text('source_address', 'remote_address'),
  src: text('source_address'),
  src_ip: text('source_address'),
  dst: text('remote_address'),
  dst_ip: text('remote_address'),
  port: { type: 'number', columns: ['remote_port'] },
  account: text('user', 'target_user', 'principal'),
  computer: text('host'),
  registry: text('registry_key'),
  key: text('registry_key'),
  dns: text('domain'),
  path: text('file'),
  type: text('kind'),
  event: text('action'),
  raw: { type: 'raw', columns: ['raw'] },
};

/** Every field a search may name. */
export const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ...lakeColumns.map(([name, type]): [string, Field] => [name, { type: types[type], columns: [name] }]),
  ...Object.entries(friendly),
]);

/** What a word without a field asks. */
export const anywhere: Field = { type: 'raw', columns: ['raw'] };
