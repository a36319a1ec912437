import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { BridgewatchError } from '../kernel/errors.ts';
import type { App } from './app.ts';
import { sendProblem } from './problem.ts';

/**
 * Serves the built console. Paths that are no file are the console's own routes and get its page; paths under /api and
 * requests that want no page get a problem document. Nothing outside `webRoot` can be named: @fastify/send refuses.
 */
export async function serveConsole(app: App, webRoot: string | null): Promise<void> {
  const built = webRoot !== null && existsSync(join(webRoot, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: webRoot,
      dotfiles: 'deny',
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Vite puts a digest into the names under assets/, so those never change.
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html');
    if (built && wantsPage) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    if (wantsPage)
      return sendProblem(
        reply,
        new BridgewatchError('WEB_NOT_BUILT', 'the console is not built; run `npm run build:web`', 404),
      );
    return sendProblem(
      reply,
      new BridgewatchError(
        'HTTP_NOT_FOUND',
        `nothing answers ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`,
        404,
      ),
    );
  });
}
