import { z } from 'zod';
import { HuntRun } from '../../contracts/hunt.ts';
import { concludeRun, runHunt } from '../../hunt/index.ts';
import { accessOf, actorOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { asking, huntingOf } from './hunt-question.ts';
import { Id, Limit, PlainText } from './params.ts';

const OfHunt = z.object({ t: Id, id: Id });
const OfRun = OfHunt.extend({ run: Id });
const Conclusion = z.strictObject({ text: PlainText.pipe(z.string().trim().min(1).max(4000)) });

/** Runs of saved hunts, and what people made of them. */
export function savedHuntRunRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock' | 'hunting'>): void {
  const { store, clock } = deps;

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/hunts/:id/runs',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'Runs of a saved hunt, newest first: what was found, and what of it was new',
      params: OfHunt,
      querystring: z.object({ limit: Limit }),
      response: { 200: z.object({ items: z.array(HuntRun) }) },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const items = await store.withTenants([tenant.id], ({ hunts }) =>
        hunts.runs(tenant.id, request.params.id, request.query.limit),
      );
      return { items: [...items] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/:id/runs',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'Run a saved hunt now',
      params: OfHunt,
      response: { 200: HuntRun },
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const { queries } = huntingOf(deps);
      const of = { tenant: access.tenant.id, id: request.params.id };
      return asking(access, reply, (signal) => runHunt({ store, clock, queries }, of, access.person.id, signal));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/:id/runs/:run/conclusions',
    config: { needs: 'hunts.write' },
    schema: {
      tags: ['hunts'],
      summary: 'Say what a run showed; once, and on record',
      params: OfRun,
      body: Conclusion,
      response: { 200: HuntRun },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: hunt, run: id } = request.params;
      return concludeRun(deps, { tenant: access.tenant.id, hunt, id }, request.body.text, actorOf(access));
    },
  });
}
