import { z } from 'zod';
import { LONGEST_SECRET, SecretName } from '../../contracts/connector.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { SecretNames, SecretSet } from '../views-connectors.ts';
import { InTenant, PlainText } from './params.ts';

const OfSecret = InTenant.extend({ name: SecretName });
const Put = z.strictObject({
  value: PlainText.pipe(z.string().min(1).max(LONGEST_SECRET)).describe('Sealed at once; no answer ever has it'),
});

/** Secrets that connectors use by name. They go in here and come out only where a connector acts. */
export function secretRoutes(app: App, { store, secrets }: Pick<ServerDeps, 'store' | 'secrets'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/secrets',
    config: { needs: 'connectors.read' },
    schema: {
      tags: ['connectors'],
      summary: 'Names of secrets, who set them and when',
      params: InTenant,
      response: { 200: SecretNames },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const items = await store.withTenants([tenant.id], (tx) => tx.secrets.list(tenant.id));
      return { items: [...items] };
    },
  });

  app.route({
    method: 'PUT',
    url: '/api/v1/tenants/:t/secrets/:name',
    config: { needs: 'connectors.write' },
    schema: {
      tags: ['connectors'],
      summary: 'Set a secret, or set it anew',
      params: OfSecret,
      body: Put,
      response: { 200: SecretSet },
    },
    handler: async (request) => {
      const { tenant, person } = accessOf(request);
      const { name } = request.params;
      await store.withTenants([tenant.id], async (tx) => {
        await tx.ledger.append(tenant.id, {
          actor: { kind: 'human', id: person.id, version: '' },
          onBehalfOf: null,
          type: 'secret.set',
          subject: { kind: 'secret', id: name, revision: null },
          payload: { name },
        });
        await secrets.put(tx, { tenant: tenant.id, name, value: request.body.value, by: person.id });
      });
      return { name };
    },
  });
}
