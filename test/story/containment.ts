import { dryRunConnector } from '../../src/adapters/connectors/dry-run/dry-run.ts';
import { LdapSettings, makeLdapConnector } from '../../src/adapters/connectors/ldap/index.ts';
import { makeNftablesConnector, NftablesSettings } from '../../src/adapters/connectors/nftables/index.ts';
import type { Connector } from '../../src/ports/connector.ts';
import { knownSecrets } from '../connector-plan.ts';
import { startIsolableHost } from '../namespace.ts';
import { startSlapd } from '../slapd.ts';
import { type Company, TENANT } from './company.ts';

/** What the world outside looks like, asked of the systems themselves and not of the product. */
export interface Outside {
  /** Whether the directory lets the account in; null where there is no directory here. */
  canSignIn(): Promise<boolean | null>;
  /** Whether the machine can be reached by a new connection; null where there is no such machine here. */
  reachable(): Promise<boolean | null>;
  /** Whether a connection that was open before still carries anything. */
  openLineLives(): Promise<boolean | null>;
  readonly connectorFor: (tenant: string, kind: string) => Promise<{ id: string; connector: Connector } | null>;
  /** What is rehearsed only, and why. */
  readonly rehearsed: readonly string[];
  stop(): Promise<void>;
}

/** A real directory and a real machine with a firewall, where this machine can have them; a rehearsal that says so where it cannot. */
export async function openOutside(company: Company, host: string, account: string): Promise<Outside> {
  const [slapd, machine] = await Promise.all([startSlapd(), startIsolableHost()]);
  const rehearsal = dryRunConnector(['disable_account', 'isolate_host']);
  const rehearsed: string[] = [];
  let directory = rehearsal;
  if ('missing' in slapd) rehearsed.push(`disable_account is rehearsed only: ${slapd.missing}`);
  else {
    const settings = LdapSettings.parse({
      url: slapd.secureUrl,
      caCertificate: slapd.certificate,
      bindDn: slapd.bindDn,
      passwordSecret: 'directory',
      baseDn: slapd.baseDn,
      userAttribute: 'uid',
      dialect: 'openldap',
      passwordPolicyDn: `cn=default,ou=policies,${slapd.baseDn}`,
    });
    directory = makeLdapConnector(settings, {
      tenant: TENANT,
      secrets: knownSecrets({ directory: slapd.password }),
      clock: company.clock,
    });
  }
  let firewall = rehearsal;
  if ('missing' in machine) rehearsed.push(`isolate_host is rehearsed only: ${machine.missing}`);
  else {
    const place = {
      address: machine.address,
      port: machine.port,
      user: machine.user,
      keySecret: 'ssh',
      hostKey: machine.hostKey,
      management: [`${machine.managedFrom}/32`],
    };
    firewall = makeNftablesConnector(NftablesSettings.parse({ hosts: { [host]: place } }), {
      tenant: TENANT,
      secrets: knownSecrets({ ssh: machine.privateKey }),
    });
  }
  const line = 'missing' in machine ? null : await machine.clientConnect('host', 'v4', 5_000);
  return {
    canSignIn: async () => ('missing' in slapd ? null : slapd.canBind(account)),
    async reachable() {
      if ('missing' in machine) return null;
      const opened = await machine.clientConnect('host', 'v4', 1_500);
      await opened?.close();
      return opened !== null;
    },
    openLineLives: async () => (line === null ? null : line.echo('still there?', 1_500)),
    async connectorFor(_tenant, kind) {
      if (kind === 'disable_account') return { id: 'directory', connector: directory };
      if (kind === 'isolate_host') return { id: 'firewall', connector: firewall };
      return null;
    },
    rehearsed,
    async stop() {
      await line?.close();
      if (!('missing' in slapd)) await slapd.stop();
      if (!('missing' in machine)) await machine.stop();
    },
  };
}
