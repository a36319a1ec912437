/** Ingest: from bytes that strangers wrote to events with a lens, a time and an id. */
export { EventArchive } from './archive.ts';
export { bulkDoor } from './doors/bulk/index.ts';
export {
  type FileWatch,
  type OnceRead,
  readFilesOnce,
  watchFolder,
} from './doors/file/watch/index.ts';
export { hecDoor } from './doors/hec/index.ts';
export { type NatsDoor, openNatsDoor } from './doors/nats/index.ts';
export { otlpDoor } from './doors/otlp/index.ts';
export { openSyslog, type SyslogDoor } from './doors/syslog/door.ts';
export type { SyslogOptions } from './doors/syslog/options.ts';
export { eventOf, type KeptEvent } from './event-of.ts';
export { eventsOf } from './from-log.ts';
export { type IngestHttp, openIngestHttp } from './http/index.ts';
export { type Delivery, type Incoming, Intake, type Receipt } from './intake.ts';
export { defaultLimits, type IngestLimits } from './limits.ts';
export { textRecord } from './payload/text-record.ts';
export { type EventReading, type ReadOptions, readEvents } from './read-events.ts';
export { type Reject, type RejectCode, rejectCodes } from './reject.ts';
export type { SourceCount } from './source-counters.ts';
export { lookUpIn } from './sources/lookup.ts';
export { addSource, changeSource, endSource } from './sources/manage.ts';
export { endSourceToken, makeSourceToken } from './sources/tokens.ts';
export { isTimeSuspect, Watermarks } from './watermark.ts';
