/** The shapes the console works with, all taken from the server's OpenAPI document. */
import type { paths } from './schema.js';

type Answer<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;

export type Me = Answer<'/api/v1/me', 'get'>;
export type Summary = Answer<'/api/v1/tenants/{t}/summary', 'get'>;
export type QueueItem = Answer<'/api/v1/tenants/{t}/findings', 'get'>['items'][number];
export type FindingDocument = Answer<'/api/v1/tenants/{t}/findings/{id}', 'get'>;
export type Finding = FindingDocument['finding'];
export type Detection = Finding['detections'][number];
export type Step = Finding['investigation']['steps'][number];
export type Recommendation = NonNullable<Finding['recommendation']>;
export type ProposedAction = Recommendation['actions'][number];
export type Disposition = Recommendation['disposition'];
export type Severity = Finding['severity'];
export type Entity = Finding['entities'][number];
export type Determination = FindingDocument['history'][number];
type RecordedEvent = Answer<'/api/v1/tenants/{t}/findings/{id}/events', 'get'>['items'][number];
export type Activity = NonNullable<RecordedEvent['activity']>;
/** A raw event with what it says happened; `other` where no lens can tell. */
export type FindingEvent = Omit<RecordedEvent, 'activity'> & { readonly activity: Activity };
export type ProcessRef = NonNullable<Activity['process']>;
export type LedgerItem = Answer<'/api/v1/tenants/{t}/ledger', 'get'>['items'][number];

export const dispositions: readonly Disposition[] = ['threat', 'benign', 'false_positive', 'inconclusive'];
