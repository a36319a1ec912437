import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';

/** Routes of review. */
export function reviewRoutes(_app: App, _deps: ServerDeps): void {}
