import { z } from 'zod';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { IngestView, SourceHealthView } from '../views-ingest.ts';
import { InTenant } from './params.ts';

const nothing: IngestView = { lake: null, disk: null, backlog: null, workers: [], door: null, otherDoors: [] };

/** Whether telemetry comes, is kept, and is whole. */
export function ingestRoutes(app: App, { sourceHealth, ingest }: Pick<ServerDeps, 'sourceHealth' | 'ingest'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/sources/health',
    config: { needs: 'sources.read' },
    schema: {
      tags: ['sources'],
      summary: 'How each source is that has ever sent: rate, silence, fields that are not filled, what was set aside',
      params: InTenant,
      response: { 200: z.object({ items: z.array(SourceHealthView) }) },
    },
    handler: async (request) => ({ items: [...(sourceHealth?.(accessOf(request).tenant.id) ?? [])] }),
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/ingest',
    config: { needs: 'sources.read' },
    schema: {
      tags: ['sources'],
      summary: 'How the way in is: doors, workers, backlog, and the lake with its disk',
      params: InTenant,
      response: { 200: IngestView },
    },
    handler: async (request) => (await ingest?.(accessOf(request).tenant.id)) ?? nothing,
  });
}
