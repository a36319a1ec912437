import { z } from 'zod';
import { ConnectorId } from '../../contracts/connector.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { ConnectorList, ConnectorView } from '../views-connectors.ts';
import { InTenant } from './params.ts';

const OfConnector = InTenant.extend({ id: ConnectorId });
const IfMatch = z.looseObject({
  'if-match': z.string().optional().describe('Required: the ETag of the connector as you saw it; "0" for a new one'),
});
const Put = z.strictObject({
  type: z.string().max(40),
  settings: z.record(z.string(), z.unknown()).describe('As the type wants them; secrets by name only'),
  kinds: z.array(z.string().max(40)).max(40).describe('Action kinds it is used for'),
  enabled: z.boolean(),
});

/** Connectors of a tenant: what they are and what they are used for. Their secrets are set elsewhere and never shown. */
export function connectorRoutes(
  app: App,
  { store, clock, connectors }: Pick<ServerDeps, 'store' | 'clock' | 'connectors'>,
): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/connectors',
    config: { needs: 'connectors.read' },
    schema: {
      tags: ['connectors'],
      summary: 'What the tenant has set up to act or to tell, and the types there are',
      params: InTenant,
      response: { 200: ConnectorList },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const items = await store.withTenants([tenant.id], (tx) => tx.connectors.list(tenant.id));
      return { items: items.map((each) => ConnectorView.parse(each)), types: [...connectors.names] };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/connectors/:id',
    config: { needs: 'connectors.read' },
    schema: {
      tags: ['connectors'],
      summary: 'One connector; its revision is the ETag',
      params: OfConnector,
      response: { 200: ConnectorView },
    },
    handler: async (request, reply) => {
      const { tenant } = accessOf(request);
      const { id } = request.params;
      const found = await store.withTenants([tenant.id], (tx) => tx.connectors.get(tenant.id, id));
      if (found === null) throw new BridgewatchError('CONNECTOR_UNKNOWN', `there is no connector ${id}`, 404);
      reply.header('etag', entityTag(found.revision));
      return ConnectorView.parse(found);
    },
  });

  app.route({
    method: 'PUT',
    url: '/api/v1/tenants/:t/connectors/:id',
    config: { needs: 'connectors.write' },
    schema: {
      tags: ['connectors'],
      summary: 'Set up a connector, or change it',
      params: OfConnector,
      headers: IfMatch,
      body: Put,
      response: { 200: ConnectorView },
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      const seen = expectedRevision(request.headers['if-match']);
      const { type, kinds, enabled } = request.body;
      const checked = connectors.check(type, request.body.settings);
      const cannot = kinds.filter((kind) => !checked.kinds.includes(kind));
      if (cannot.length > 0) {
        throw new BridgewatchError(
          'CONNECTOR_KIND_LACKING',
          `with these settings it does ${checked.kinds.join(', ')}, not ${cannot.join(', ')}`,
          400,
        );
      }
      const config = {
        tenant: tenant.id,
        id: request.params.id,
        type,
        settings: checked.settings,
        kinds,
        enabled,
        revision: seen + 1,
      };
      await store.withTenants([tenant.id], async (tx) => {
        if (enabled) await demandFreeKinds(tx, config);
        await tx.ledger.append(tenant.id, {
          actor: { kind: 'human', id: person.id, version: '' },
          onBehalfOf: null,
          type: 'connector.set',
          subject: { kind: 'connector', id: config.id, revision: config.revision },
          // The settings by digest: an address may be nobody else's business, and the store has them.
          payload: { type, kinds, enabled, settingsHash: sha256(canonicalJson(config.settings)) },
        });
        await tx.connectors.put(config, clock.now());
      });
      reply.header('etag', entityTag(config.revision));
      return ConnectorView.parse(config);
    },
  });
}

/** One kind, one connector: a plan must not depend on which of two is asked first. */
async function demandFreeKinds(
  tx: StateTx,
  { tenant, id, kinds }: { tenant: string; id: string; kinds: readonly string[] },
): Promise<void> {
  const others = (await tx.connectors.list(tenant)).filter((each) => each.enabled && each.id !== id);
  for (const other of others) {
    const taken = other.kinds.find((kind) => kinds.includes(kind));
    if (taken === undefined) continue;
    throw new BridgewatchError(
      'CONNECTOR_KIND_TAKEN',
      `${taken} is done by connector ${other.id}; take it from there first`,
      409,
    );
  }
}
