import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { actionDecisionRoutes } from './action-decisions.ts';
import { actionRoutes } from './actions.ts';
import { playbookRoutes } from './playbooks.ts';
import { proposalRoutes } from './proposals.ts';

/** Routes of response. */
export function responseRoutes(app: App, deps: ServerDeps): void {
  actionRoutes(app, deps);
  proposalRoutes(app, deps);
  actionDecisionRoutes(app, deps);
  playbookRoutes(app, deps);
}
