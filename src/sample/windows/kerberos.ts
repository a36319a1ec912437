import type { Company } from '../company.ts';
import type { Simulation } from '../simulation.ts';
import type { Account, WindowsHost } from './host.ts';
import { writeSecurity } from './security.ts';

/** 4768: a ticket-granting ticket for an account, asked from an address. */
export function ticketGranted(
  sim: Simulation,
  controller: WindowsHost,
  company: Company,
  account: Account,
  from: string,
): void {
  writeSecurity(sim, controller, 4768, {
    TargetUserName: account.login,
    TargetDomainName: company.adDomain.toUpperCase(),
    TargetSid: account.sid,
    ServiceName: 'krbtgt',
    ServiceSid: `${company.domainSid}-502`,
    TicketOptions: '0x40810010',
    Status: '0x0',
    TicketEncryptionType: '0x12',
    PreAuthType: '2',
    IpAddress: `::ffff:${from}`,
    IpPort: String(controller.random.int(49152, 65500)),
  });
}

/** 4771: the password was wrong. */
export function preAuthFailed(sim: Simulation, controller: WindowsHost, account: Account, from: string): void {
  writeSecurity(
    sim,
    controller,
    4771,
    {
      TargetUserName: account.login,
      TargetSid: account.sid,
      ServiceName: `krbtgt/${account.domain}`,
      TicketOptions: '0x40810010',
      Status: '0x18',
      PreAuthType: '2',
      IpAddress: `::ffff:${from}`,
      IpPort: String(controller.random.int(49152, 65500)),
    },
    'failure',
  );
}

/** 4769: a service ticket. `encryption` is 0x12 (AES) unless something old or ill-meant asks for RC4 (0x17). */
export function serviceTicket(
  sim: Simulation,
  controller: WindowsHost,
  company: Company,
  account: Account,
  service: Account,
  from: string,
  encryption: '0x12' | '0x17' = '0x12',
): void {
  writeSecurity(sim, controller, 4769, {
    TargetUserName: `${account.login}@${company.adDomain.toUpperCase()}`,
    TargetDomainName: company.adDomain.toUpperCase(),
    ServiceName: service.login,
    ServiceSid: service.sid,
    TicketOptions: '0x40810000',
    TicketEncryptionType: encryption,
    IpAddress: `::ffff:${from}`,
    IpPort: String(controller.random.int(49152, 65500)),
    Status: '0x0',
    LogonGuid: `{${controller.random.guid()}}`,
    TransmittedServices: '-',
  });
}
