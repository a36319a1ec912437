import { z } from 'zod';
import type { App } from '../app.ts';

/** For whoever starts the server: it listens. Says nothing else to strangers. */
export function healthRoutes(app: App): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { needs: 'nothing' },
    schema: {
      tags: ['health'],
      summary: 'The server listens',
      response: { 200: z.object({ status: z.literal('ok') }) },
    },
    handler: async () => ({ status: 'ok' as const }),
  });
}
