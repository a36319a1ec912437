import { z } from 'zod';
import type { ConnectorConfig } from '../../contracts/connector.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Connector } from '../../ports/connector.ts';
import type { ConnectorTypes } from '../../ports/connector-types.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { awsConnector } from './aws/connector.ts';
import { AwsSettings } from './aws/settings.ts';
import { ChatSettings, chatConnector } from './chat/connector.ts';
import { dryRunConnector } from './dry-run/dry-run.ts';
import { httpConnector } from './http/connector.ts';
import { HttpSettings } from './http/settings.ts';
import { LdapSettings, makeLdapConnector } from './ldap/index.ts';
import { makeNftablesConnector, NftablesSettings } from './nftables/index.ts';
import type { ConnectorGround, ConnectorRoom } from './room.ts';
import { smtpConnector } from './smtp/connector.ts';
import { SmtpSettings } from './smtp/settings.ts';
import { TicketSettings, ticketConnector } from './ticket/connector.ts';
import { WebhookSettings, webhookConnector } from './webhook/connector.ts';

/** A connector; those that tell people are notifiers too. */
type Made = Connector & { notifier?(tenant: string): Notifier };

interface Type {
  readonly settings: z.ZodType;
  make(settings: unknown, ground: ConnectorGround): Made;
}

function type<S>(settings: z.ZodType<S>, make: (settings: S, ground: ConnectorGround) => Made): Type {
  return { settings, make: (raw, ground) => make(settings.parse(raw), ground) };
}

const DryRunSettings = z.strictObject({ kinds: z.array(z.string().max(60)).min(1).max(50) });
type DryRunSettings = z.infer<typeof DryRunSettings>;

/** A rehearsal remembers what it pretended; the others keep nothing, since what they changed can be looked at. */
const rehearsals = new Map<string, Connector>();

function rehearsalOf(tenant: string, { kinds }: DryRunSettings): Connector {
  const key = JSON.stringify([tenant, kinds]);
  const kept = rehearsals.get(key) ?? dryRunConnector(kinds);
  rehearsals.set(key, kept);
  return kept;
}

/** Every type of connector there is. */
const types: Readonly<Record<string, Type>> = {
  http: type(HttpSettings, httpConnector),
  aws: type(AwsSettings, awsConnector),
  smtp: type(SmtpSettings, smtpConnector),
  chat: type(ChatSettings, chatConnector),
  webhook: type(WebhookSettings, webhookConnector),
  ticket: type(TicketSettings, ticketConnector),
  ldap: type(LdapSettings, makeLdapConnector),
  nftables: type(NftablesSettings, makeNftablesConnector),
  'dry-run': type(DryRunSettings, (settings, { tenant }) => rehearsalOf(tenant, settings)),
};

/** A connector of a tenant, under the id that plans name. */
export interface Found {
  readonly id: string;
  readonly connector: Connector;
}

export interface Connectors extends ConnectorTypes {
  /** The connector that a tenant uses for a kind of action: of those that are on, the first by id. */
  connectorFor(tenant: string, kind: string): Promise<Found | null>;
  /** By id, whether or not it is on: what was done through it may have to be undone. */
  connectorById(tenant: string, id: string): Promise<Found | null>;
  /** How a tenant's people are told: the first by id that is used for notify_owner. */
  notifierFor(tenant: string): Promise<{ readonly id: string; readonly notifier: Notifier } | null>;
}

/** The connectors that tenants have configured. They are made anew for each use, so that a change holds at once. */
export function configuredConnectors(store: Pick<StateStore, 'withTenants'>, room: ConnectorRoom): Connectors {
  const typeNamed = (name: string): Type => {
    const found = Object.hasOwn(types, name) ? types[name] : undefined;
    if (found !== undefined) return found;
    throw new BridgewatchError(
      'CONNECTOR_TYPE_UNKNOWN',
      `there is no connector type "${name.slice(0, 40)}"; there are ${Object.keys(types).join(', ')}`,
      400,
    );
  };
  const make = (config: Pick<ConnectorConfig, 'tenant' | 'type' | 'settings'>): Made =>
    typeNamed(config.type).make(config.settings, { ...room, tenant: config.tenant });
  const first = async (tenant: string, kind: string): Promise<ConnectorConfig | null> => {
    const configs = await store.withTenants([tenant], (tx) => tx.connectors.list(tenant));
    return configs.find((each) => each.enabled && each.kinds.includes(kind)) ?? null;
  };

  return {
    names: Object.keys(types),
    check(name, settings) {
      const found = typeNamed(name);
      const parsed = found.settings.safeParse(settings);
      if (!parsed.success) {
        throw new BridgewatchError(
          'CONNECTOR_SETTINGS_INVALID',
          `settings of ${name}: ${z.prettifyError(parsed.error)}`,
          400,
        );
      }
      return {
        settings: z.record(z.string(), z.unknown()).parse(parsed.data),
        kinds: found.make(parsed.data, { ...room, tenant: '' }).kinds,
      };
    },
    async connectorFor(tenant, kind) {
      const config = await first(tenant, kind);
      return config === null ? null : { id: config.id, connector: make(config) };
    },
    async connectorById(tenant, id) {
      const config = await store.withTenants([tenant], (tx) => tx.connectors.get(tenant, id));
      return config === null ? null : { id, connector: make(config) };
    },
    async notifierFor(tenant) {
      const config = await first(tenant, 'notify_owner');
      const notifier = config === null ? undefined : make(config).notifier?.(tenant);
      return config === null || notifier === undefined ? null : { id: config.id, notifier };
    },
  };
}
