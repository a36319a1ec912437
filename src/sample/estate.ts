import { type Cloud, makeCloud } from './cloud/account.ts';
import { UnifiedAudit } from './cloud/m365.ts';
import type { Company } from './company.ts';
import { LinuxHost } from './linux/host.ts';
import type { Person } from './people.ts';
import type { Simulation } from './simulation.ts';
import { WindowsHost } from './windows/host.ts';
import { image } from './windows/images.ts';

/** Windows servers by what they do; the value is the host name. */
const servers = {
  dc1: 'CVDC01',
  dc2: 'CVDC02',
  files: 'CVFS01',
  archive: 'CVFS02',
  print: 'CVPRN01',
  deploy: 'CVMGT01',
  sql: 'CVSQL01',
  backup: 'CVBAK01',
  jump: 'CVJMP01',
  scanner: 'CVSCN01',
  retired: 'CVAPP03',
} as const;
type ServerRole = keyof typeof servers;

const linuxServers = ['web01', 'web02', 'app01', 'db01', 'ci01', 'bastion01', 'mon01'] as const;
type LinuxName = (typeof linuxServers)[number];

/** Every machine of the company, and the company itself: what all the acts work on. */
export interface Estate {
  readonly sim: Simulation;
  readonly company: Company;
  readonly workstations: readonly WindowsHost[];
  readonly servers: Readonly<Record<ServerRole, WindowsHost>>;
  readonly linux: Readonly<Record<LinuxName, LinuxHost>>;
  readonly cloud: Cloud;
  readonly audit: UnifiedAudit;
  /** Whose workstation is whose; people beyond the number of machines have none. */
  workstationOf(person: Person): WindowsHost | undefined;
  ownerOf(host: WindowsHost): Person | undefined;
}

export function makeEstate(sim: Simulation, company: Company, workstationCount: number): Estate {
  const random = sim.random.fork('estate');
  const prefix = { 0: 'CVL', 1: 'CVB', 2: 'CVP' } as Readonly<Record<number, string>>;
  const workstations = Array.from({ length: workstationCount }, (_, index) => {
    const site = company.people[index]?.site ?? index % 3;
    const name = `${prefix[site] ?? 'CVL'}-WS${String(101 + index * 3).padStart(4, '0')}`;
    const address = `${company.officeNets[site] ?? company.officeNets[0]}.${20 + (index % 220)}`;
    return new WindowsHost(company, name, address, 'workstation', random.fork(name), sim.start);
  });
  const made = Object.fromEntries(
    Object.entries(servers).map(([role, name], index) => [
      role,
      new WindowsHost(company, name, `${company.serverNet}.${10 + index}`, 'server', random.fork(name), sim.start),
    ]),
  ) as Record<ServerRole, WindowsHost>;
  addRoles(made, sim.start);
  const linux = Object.fromEntries(
    linuxServers.map((name, index) => [
      name,
      new LinuxHost(name, `${company.serverNet}.${60 + index}`, random.fork(name)),
    ]),
  ) as Record<LinuxName, LinuxHost>;
  return {
    sim,
    company,
    workstations,
    servers: made,
    linux,
    cloud: makeCloud(sim, company),
    audit: new UnifiedAudit(sim, company),
    workstationOf: (person) => workstations[person.index],
    ownerOf: (host) => company.people[workstations.indexOf(host)],
  };
}

/** The service process that makes each server what it is. */
function addRoles(made: Record<ServerRole, WindowsHost>, start: number): void {
  const boot = start - 3 * 86_400_000;
  const add = (role: ServerRole, service: string, name: string, commandLine: string): void => {
    made[role].addService(service, image(name), commandLine, made[role].systemSession, boot);
  };
  for (const role of ['dc1', 'dc2'] as const) {
    add(role, 'dns', 'dns', 'C:\\Windows\\system32\\dns.exe');
    add(role, 'dfsr', 'dfsrs', 'C:\\Windows\\system32\\DFSRs.exe');
  }
  add(
    'sql',
    'sql',
    'sqlservr',
    '"C:\\Program Files\\Microsoft SQL Server\\MSSQL15.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe" -sMSSQLSERVER',
  );
  add('scanner', 'scanner', 'scanner', '"C:\\Program Files\\Tern Scanner\\ternscan.exe" --daemon');
  for (const role of ['files', 'archive', 'sql', 'backup'] as const) {
    add(role, 'backup', 'backup', '"C:\\Program Files\\Marrow Backup\\marrow-agent.exe" -service');
  }
}
