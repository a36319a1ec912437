import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { detectionRoutes } from './detections.ts';
import { huntDraftRoutes } from './hunt-drafts.ts';
import { huntExportRoutes } from './hunt-export.ts';
import { huntRunRoutes } from './hunt-run.ts';
import { savedHuntRoutes } from './saved-hunts.ts';

/** Asking the lake, and what workers detected on the way into it. */
export function huntRoutes(app: App, deps: ServerDeps): void {
  huntRunRoutes(app, deps);
  huntExportRoutes(app, deps);
  huntDraftRoutes(app, deps);
  savedHuntRoutes(app, deps);
  detectionRoutes(app, deps);
}
