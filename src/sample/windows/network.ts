import type { Estate } from '../estate.ts';
import type { Account, Session, WindowsHost } from './host.ts';
import { serviceTicket, ticketGranted } from './kerberos.ts';
import { logOff, logOn, shareAccessed } from './security.ts';
import { accept, connect } from './sysmon.ts';

/** The controller nearest to a host (by name, so that it is always the same one). */
export function controllerFor(estate: Estate, host: WindowsHost): WindowsHost {
  return host.name.charCodeAt(host.name.length - 1) % 2 === 0 ? estate.servers.dc1 : estate.servers.dc2;
}

/** A fresh ticket for an account on a host: 4768, then 4769 for the host itself. */
export function authenticate(estate: Estate, account: Account, host: WindowsHost): void {
  const controller = controllerFor(estate, host);
  ticketGranted(estate.sim, controller, estate.company, account, host.address);
  serviceTicket(estate.sim, controller, estate.company, account, host.machineAccount, host.address);
}

export interface RemoteUse {
  readonly share?: string;
  readonly path?: string;
  readonly elevated?: boolean;
  readonly ntlm?: boolean;
  /** How long the session on the far side lasts, ms. */
  readonly lasts?: number;
  readonly port?: number;
  /** Whether the near side records the connection (it is not always logged). */
  readonly connection?: boolean;
}

/**
 * An account on one machine uses another over the network: a service ticket from the controller, a type 3 logon on the
 * far side, the share where there is one, and the log-off. Returns the far session.
 */
export function reach(
  estate: Estate,
  account: Account,
  from: WindowsHost,
  to: WindowsHost,
  use: RemoteUse = {},
): Session {
  const { sim, company } = estate;
  const port = use.port ?? 445;
  if (use.connection !== false) connect(sim, from, from.kernel, { address: to.address, port, name: to.fqdn });
  if (use.ntlm !== true)
    serviceTicket(sim, controllerFor(estate, from), company, account, to.machineAccount, from.address);
  if (use.connection !== false && to.random.chance(0.5)) accept(sim, to, to.kernel, from.address, port);
  const session = logOn(
    sim,
    to,
    account,
    3,
    { address: from.address, workstation: from.name },
    { elevated: use.elevated ?? false, ntlm: use.ntlm ?? false },
  );
  if (use.share !== undefined) {
    sim.pass(to.random.int(2, 30));
    shareAccessed(sim, to, session, from.address, use.share, use.path ?? `\\??\\D:\\Shares\\${use.share}`);
  }
  sim.after(use.lasts ?? to.random.int(4_000, 900_000), () => {
    if (to.on) logOff(sim, to, session);
  });
  return session;
}
