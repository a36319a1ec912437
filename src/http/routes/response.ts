import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';

/** Routes of response. */
export function responseRoutes(_app: App, _deps: ServerDeps): void {}
