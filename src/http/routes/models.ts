import { z } from 'zod';
import type { ModelVersion } from '../../contracts/learning.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { askedVersions, Comparison, compare, Drift, driftOf, unknownModel } from '../../learn/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ModelDeps, ServerDeps } from '../deps.ts';
import { challengerView, ModelsPage, VersionPage, versionRow } from '../model-views.ts';
import { readerOf } from '../sight.ts';
import { modelChangeRoutes } from './model-changes.ts';
import { Id, InTenant } from './params.ts';

export const OfVersion = z.object({ t: Id, v: Id });
const MOST_VERSIONS = 100;

/** Versions of what triage has learned: which scores, which are asked beside it, how they compare. */
export function modelRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  const models = (): ModelDeps => {
    if (deps.models !== undefined) return deps.models;
    throw new BridgewatchError('MODELS_NOT_HERE', 'this server learns nothing, so there is nothing to say of it', 503);
  };

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/models',
    config: { needs: 'models.read' },
    schema: {
      tags: ['models'],
      summary: 'The champion, the challenger, every version and every promotion',
      params: InTenant,
      response: { 200: ModelsPage },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      return store.withTenants([tenant], async (tx) => {
        const { champion, shadow } = await asked(tx, tenant);
        const versions = await tx.models.versions(tenant, MOST_VERSIONS);
        const challenger = await tx.models.challenger(tenant);
        const promotions = await tx.models.promotions(tenant, MOST_VERSIONS);
        return {
          champion: versionRow(champion, champion.id, shadow),
          challenger: challenger === null ? null : challengerView(challenger, champion.model),
          missed: await tx.models.missed(tenant),
          versions: versions.map((version) => versionRow(version, champion.id, shadow)),
          promotions: promotions.map(({ tenant: _tenant, ...promotion }) => promotion),
        };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/models/versions/:v',
    config: { needs: 'models.read' },
    schema: {
      tags: ['models'],
      summary: 'One version, with all that it consists of',
      params: OfVersion,
      response: { 200: VersionPage },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      return store.withTenants([tenant], async (tx) => {
        const { champion, shadow } = await asked(tx, tenant);
        const version = await tx.models.version(tenant, request.params.v);
        if (version === null) throw unknownModel(request.params.v);
        return { ...versionRow(version, champion.id, shadow), model: version.model };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/models/versions/:v/comparison',
    config: { needs: 'models.read' },
    schema: {
      tags: ['models'],
      summary: 'A version beside the champion: on later verdicts, in shadow, and which threats would be lost',
      params: OfVersion,
      response: { 200: Comparison },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const all = await compare(tx, tenant, request.params.v, models().line);
        const { crossings } = all.shadow;
        const ids = [...crossings, ...all.lost].map(({ finding }) => finding);
        const withheld = await tx.review.withheld(tenant, readerOf(access), ids);
        const seen = ({ finding }: { readonly finding: string }) => !withheld.has(finding);
        return { ...all, shadow: { ...all.shadow, crossings: crossings.filter(seen) }, lost: all.lost.filter(seen) };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/models/drift',
    config: { needs: 'models.read' },
    schema: {
      tags: ['models'],
      summary: 'Whether what the champion sees, or how true its probabilities are, has changed',
      params: InTenant,
      response: { 200: Drift },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const drift = await store.withTenants([tenant], (tx) => driftOf(tx, clock, tenant));
      if (drift === null) throw noChampion(tenant);
      return drift;
    },
  });

  modelChangeRoutes(app, deps, models);
}

async function asked(
  tx: StateTx,
  tenant: string,
): Promise<{ readonly champion: ModelVersion; readonly shadow: ReadonlySet<string> }> {
  const found = await askedVersions(tx, tenant);
  if (found === null) throw noChampion(tenant);
  return { champion: found.champion, shadow: new Set(found.others.map(({ id }) => id)) };
}

function noChampion(tenant: string): BridgewatchError {
  return new BridgewatchError(
    'MODEL_NO_CHAMPION',
    `tenant "${tenant}" has no champion; models are begun with the server, for the tenants it works for`,
    503,
  );
}
