/** Ingest: from bytes that strangers wrote to events with a lens, a time and an id. */
export { EventArchive } from './archive.ts';
export { openSyslog, type SyslogDoor } from './doors/syslog/door.ts';
export type { SyslogOptions } from './doors/syslog/options.ts';
export { type Delivery, type Incoming, Intake, type Receipt } from './intake.ts';
export { defaultLimits, type IngestLimits } from './limits.ts';
export { textRecord } from './payload/text-record.ts';
export { type EventReading, type ReadOptions, readEvents } from './read-events.ts';
export { type Reject, type RejectCode, rejectCodes } from './reject.ts';
export { isTimeSuspect, Watermarks } from './watermark.ts';
