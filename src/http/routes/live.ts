import { BridgewatchError } from '../../kernel/errors.ts';
import { accessOf, accessTo } from '../access.ts';
import type { App } from '../app.ts';
import { callerOf } from '../auth/caller.ts';
import type { ServerDeps } from '../deps.ts';
import { type Live, liveFeed } from '../live.ts';
import { InTenant } from './params.ts';

/** How often a stream proves that it lives, and that its reader may still read. */
const HEARTBEAT_MS = 15_000;
/** Streams one account may hold open: tabs, not a flood. */
const MOST_STREAMS = 20;

/**
 * Server-sent events of a tenant: `finding` with `{id, revision}`, `summary` with the counts, `automation` where a class or
 * the switch moved. A stream ends when its
 * reader's session or membership does.
 */
export function liveRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'summary' | 'auth' | 'log' | 'clock'>): void {
  const live: Live = liveFeed(deps);
  app.addHook('preClose', async () => live.close());

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/live',
    config: { needs: 'live.read' },
    schema: {
      tags: ['live'],
      summary: 'Changes as they happen, as server-sent events',
      params: InTenant,
      produces: ['text/event-stream'],
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      if (live.readersOf(person.id) >= MOST_STREAMS) {
        throw new BridgewatchError(
          'LIVE_TOO_MANY',
          `${MOST_STREAMS} live streams are open for this account; close one`,
          429,
        );
      }
      reply.hijack();
      const response = reply.raw;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) response.setHeader(name, value);
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      live.add({ tenant: tenant.id, account: person.id, response });

      const stillAllowed = async (): Promise<boolean> => {
        try {
          const now = await callerOf(request, deps);
          if (now.person.id !== person.id) return false;
          await accessTo(tenant.id, 'live.read', now.person, deps, now.token);
          return true;
        } catch {
          return false;
        }
      };
      const heartbeat = setInterval(() => {
        stillAllowed().then(
          (allowed) => (allowed ? response.write(': still here\n\n') : response.end()),
          () => response.end(),
        );
      }, HEARTBEAT_MS);
      response.on('close', () => clearInterval(heartbeat));
    },
  });
}
