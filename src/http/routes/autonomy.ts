import { BridgewatchError } from '../../kernel/errors.ts';
import type { App } from '../app.ts';
import type { AutonomyDeps, ServerDeps } from '../deps.ts';
import { canaryRoutes } from './canaries.ts';
import { classRoutes } from './classes.ts';
import { closureRoutes } from './closures.ts';
import { switchRoutes } from './switch.ts';

/** Routes of autonomy. */
export function autonomyRoutes(app: App, deps: ServerDeps): void {
  const autonomy = (): AutonomyDeps => {
    if (deps.autonomy !== undefined) return deps.autonomy;
    throw new BridgewatchError(
      'AUTONOMY_NOT_HERE',
      'this server runs no automation, so there is nothing to say of it',
      503,
    );
  };
  classRoutes(app, deps, autonomy);
  closureRoutes(app, deps, autonomy);
  switchRoutes(app, deps, autonomy);
  canaryRoutes(app, deps, autonomy);
}
