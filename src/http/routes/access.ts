import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';

/** Routes of access. */
export function accessRoutes(_app: App, _deps: ServerDeps): void {}
