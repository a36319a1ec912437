import type { Activity, SourceEvent } from './event.ts';
import { baseName } from './names.ts';

/**
 * The lake's columns, in order: what a hunt can ask for. Types are DuckDB's. Partition columns `tenant` and `hour` are in the
 * path (Hive style); `hour` is the event's, or the receipt's where the event's time is suspect.
 */
export const lakeColumns = [
  ['id', 'VARCHAR'],
  ['time', 'TIMESTAMP_MS'],
  ['received', 'TIMESTAMP_MS'],
  ['time_suspect', 'BOOLEAN'],
  ['source', 'VARCHAR'],
  ['lens', 'VARCHAR'],
  ['product', 'VARCHAR'],
  ['service', 'VARCHAR'],
  ['category', 'VARCHAR'],
  ['kind', 'VARCHAR'],
  ['host', 'VARCHAR'],
  ['user', 'VARCHAR'],
  ['target_user', 'VARCHAR'],
  ['principal', 'VARCHAR'],
  ['process', 'VARCHAR'],
  ['process_name', 'VARCHAR'],
  ['process_key', 'VARCHAR'],
  ['command_line', 'VARCHAR'],
  ['parent', 'VARCHAR'],
  ['parent_name', 'VARCHAR'],
  ['parent_key', 'VARCHAR'],
  ['parent_command_line', 'VARCHAR'],
  ['source_address', 'VARCHAR'],
  ['remote_address', 'VARCHAR'],
  ['remote_port', 'INTEGER'],
  ['domain', 'VARCHAR'],
  ['file', 'VARCHAR'],
  ['registry_key', 'VARCHAR'],
  ['object', 'VARCHAR'],
  ['resource', 'VARCHAR'],
  ['action', 'VARCHAR'],
  ['outcome', 'VARCHAR'],
  ['raw', 'VARCHAR'],
] as const;

export type LakeColumn = (typeof lakeColumns)[number][0];
export type LakeValue = string | number | boolean | null;

/** A Parquet file of the lake, as the work store lists it: what is not listed is not there. */
export interface LakeFile {
  readonly tenant: string;
  /** UTC, `2026-11-25T07`. */
  readonly hour: string;
  /** Path below the lake's folder: `tenant=main/hour=2026-11-25T07/<name>.parquet`. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Bytes of the raw records in it. */
  readonly rawBytes: number;
  /** Epoch ms, of its events. */
  readonly minTime: number;
  readonly maxTime: number;
  /** How often its rows were merged; 0 as a worker wrote it. */
  readonly merges: number;
}

/** `2026-11-25T07` of an epoch in ms. */
export function lakeHour(time: number): string {
  return new Date(time).toISOString().slice(0, 13);
}

/** An event as a row, in the order of `lakeColumns`. `source` is the feed's id. */
export function lakeRow(
  event: SourceEvent,
  activity: Activity,
  source: string,
  receivedAt: number,
  raw: string,
): LakeValue[] {
  const { process, parent, origin } = { process: activity.process, parent: activity.parent, origin: event.origin };
  return [
    event.id,
    event.time,
    receivedAt,
    event.timeSuspect,
    source,
    event.lens.name,
    origin.product ?? null,
    origin.service ?? null,
    origin.categories[0] ?? null,
    activity.kind,
    activity.host ?? null,
    activity.user ?? null,
    activity.targetUser ?? null,
    activity.principal ?? null,
    process?.image ?? null,
    process?.image === undefined ? null : baseName(process.image),
    process?.key ?? null,
    process?.commandLine ?? null,
    parent?.image ?? null,
    parent?.image === undefined ? null : baseName(parent.image),
    parent?.key ?? null,
    parent?.commandLine ?? null,
    activity.sourceAddress ?? null,
    activity.remoteAddress ?? null,
    activity.remotePort ?? null,
    activity.domain ?? null,
    activity.file ?? null,
    activity.registryKey ?? null,
    activity.object ?? null,
    activity.resource ?? null,
    activity.action ?? null,
    activity.outcome ?? null,
    raw,
  ];
}
