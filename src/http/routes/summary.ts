import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { Summary } from '../views.ts';
import { InTenant } from './params.ts';

/** What has come in and what stands in the queue. */
export function summaryRoutes(app: App, { summary }: Pick<ServerDeps, 'summary'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/summary',
    config: { needs: 'summary.read' },
    schema: {
      tags: ['summary'],
      summary: 'Counts of events, detections and findings',
      params: InTenant,
      response: { 200: Summary },
    },
    handler: (request) => summary(accessOf(request).tenant.id),
  });
}
