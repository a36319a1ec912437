import { Internet } from './internet.ts';
import { makePeople, type Person, type Role } from './people.ts';
import type { Random } from './random.ts';

/** An account that no person sits behind. */
interface ServiceAccount {
  readonly login: string;
  readonly sid: string;
}

/** What is fixed about the company before its first day begins. */
export interface Company {
  readonly name: string;
  readonly netbios: string;
  readonly adDomain: string;
  readonly mailDomain: string;
  readonly domainSid: string;
  readonly tenantId: string;
  readonly awsAccount: string;
  readonly people: readonly Person[];
  readonly internet: Internet;
  /** Public addresses of the offices, by site. */
  readonly officeAddresses: readonly string[];
  /** Inside networks, by site; servers have a network of their own. */
  readonly officeNets: readonly string[];
  readonly serverNet: string;
  readonly vpnNet: string;
  readonly services: {
    readonly backup: ServiceAccount;
    readonly deploy: ServiceAccount;
    readonly scanner: ServiceAccount;
    readonly sql: ServiceAccount;
  };
}

export function makeCompany(random: Random, peopleCount: number): Company {
  const domainSid = `S-1-5-21-${random.int(1e9, 3e9)}-${random.int(1e9, 3e9)}-${random.int(1e9, 3e9)}`;
  const internet = new Internet(random.fork('internet'));
  const mailDomain = 'corvane.example';
  const account = (login: string, rid: number): ServiceAccount => ({ login, sid: `${domainSid}-${rid}` });
  return {
    name: 'Corvane Engineering & Design',
    netbios: 'CORVANE',
    adDomain: 'ad.corvane.example',
    mailDomain,
    domainSid,
    tenantId: random.guid(),
    awsAccount: random.text(12, '123456789'),
    people: makePeople(random.fork('people'), peopleCount, domainSid, mailDomain, internet),
    internet,
    officeAddresses: [internet.home(random), internet.home(random), internet.home(random)],
    officeNets: ['10.20.1', '10.20.2', '10.20.3'],
    serverNet: '10.20.10',
    vpnNet: '10.20.50',
    services: {
      backup: account('svc-backup', 1601),
      deploy: account('svc-deploy', 1602),
      scanner: account('svc-scan', 1603),
      sql: account('svc-sql', 1604),
    },
  };
}

export function withRole(company: Company, ...roles: readonly Role[]): Person[] {
  const found = company.people.filter((person) => roles.includes(person.role));
  return found.length > 0 ? found : [...company.people];
}
