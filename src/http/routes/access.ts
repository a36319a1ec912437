import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { memberRoutes } from './members.ts';
import { tokenRoutes } from './tokens.ts';

/** Routes of access. */
export function accessRoutes(app: App, deps: ServerDeps): void {
  tokenRoutes(app, deps);
  memberRoutes(app, deps);
}
