import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { reviewTaskRoutes } from './reviews.ts';

/** Routes of review. */
export function reviewRoutes(app: App, deps: ServerDeps): void {
  reviewTaskRoutes(app, deps);
}
