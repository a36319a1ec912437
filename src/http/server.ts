import { fastify } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { guard } from './access.ts';
import type { App } from './app.ts';
import { authRoutes } from './auth/routes.ts';
import { serveConsole } from './console.ts';
import type { ServerDeps } from './deps.ts';
import { describeApi, openapiRoute } from './openapi.ts';
import { onError } from './problem.ts';
import { accessRoutes } from './routes/access.ts';
import { autonomyRoutes } from './routes/autonomy.ts';
import { connectorRoutes } from './routes/connectors.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { findingRoutes } from './routes/findings.ts';
import { healthRoutes } from './routes/health.ts';
import { huntRoutes } from './routes/hunts.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { lessonRoutes } from './routes/lessons.ts';
import { liveRoutes } from './routes/live.ts';
import { meRoutes } from './routes/me.ts';
import { modelRoutes } from './routes/models.ts';
import { responseRoutes } from './routes/response.ts';
import { reviewRoutes } from './routes/review.ts';
import { secretRoutes } from './routes/secrets.ts';
import { sourceRoutes } from './routes/sources.ts';
import { summaryRoutes } from './routes/summary.ts';
import { tuningRoutes } from './routes/tuning.ts';
import { refuseCrossSite } from './same-origin.ts';
import { secureHeaders } from './security-headers.ts';

/** What people send is small; telemetry has doors of its own. */
const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * The HTTP server, not yet listening: API under /api/v1, sign-in under /api/auth, the console everywhere else.
 * Requests pass, in this order: headers, same-origin check, session and permission, body, schema, handler.
 */
export async function buildServer(deps: ServerDeps): Promise<App> {
  const publicUrl = deps.publicUrl === null ? null : new URL(deps.publicUrl).origin;
  const headers = secureHeaders(publicUrl?.startsWith('https:') ?? false);
  const app: App = fastify({
    loggerInstance: deps.log,
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    // What the router refuses by itself never reaches a hook.
    frameworkErrors: (error, request, reply) => onError(error, request, reply.headers(headers)),
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    handlerTimeout: 60_000,
    forceCloseConnections: true,
    trustProxy: deps.trustedProxies === undefined ? false : [...deps.trustedProxies],
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(onError);

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  refuseCrossSite(app, publicUrl);
  guard(app, deps);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });

  await describeApi(app);
  authRoutes(app, deps);
  meRoutes(app, deps);
  summaryRoutes(app, deps);
  findingRoutes(app, deps);
  evidenceRoutes(app, deps);
  decisionRoutes(app, deps);
  ledgerRoutes(app, deps);
  accessRoutes(app, deps);
  reviewRoutes(app, deps);
  responseRoutes(app, deps);
  autonomyRoutes(app, deps);
  connectorRoutes(app, deps);
  secretRoutes(app, deps);
  sourceRoutes(app, deps);
  huntRoutes(app, deps);
  modelRoutes(app, deps);
  lessonRoutes(app, deps);
  tuningRoutes(app, deps);
  ingestRoutes(app, deps);
  liveRoutes(app, deps);
  healthRoutes(app);
  openapiRoute(app);
  await serveConsole(app, deps.webRoot);
  return app;
}
