import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';

/** Routes of autonomy. */
export function autonomyRoutes(_app: App, _deps: ServerDeps): void {}
