import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { belowTheLineRoutes } from './below-the-line.ts';
import { bulkRoutes } from './bulk.ts';
import { contextRoutes } from './context.ts';
import { contextDraftRoutes } from './context-drafts.ts';
import { findingByHandRoutes } from './findings-by-hand.ts';
import { incidentRoutes } from './incidents.ts';
import { policyRoutes } from './policy.ts';
import { reviewTaskRoutes } from './reviews.ts';
import { rotaRoutes } from './rota.ts';
import { workRoutes } from './work.ts';

/** Routes of review. */
export function reviewRoutes(app: App, deps: ServerDeps): void {
  reviewTaskRoutes(app, deps);
  bulkRoutes(app, deps);
  findingByHandRoutes(app, deps);
  workRoutes(app, deps);
  incidentRoutes(app, deps);
  rotaRoutes(app, deps);
  contextRoutes(app, deps);
  contextDraftRoutes(app, deps);
  belowTheLineRoutes(app, deps);
  policyRoutes(app, deps);
}
