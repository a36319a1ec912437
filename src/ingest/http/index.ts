/** The HTTP listener of telemetry: authentication, bounds and bodies, for doors that speak over it. */
export { type IngestHttp, openIngestHttp } from './open.ts';
export type { IngestDoor } from './room.ts';
