import type { Company } from '../company.ts';
import { withRole } from '../company.ts';
import type { Person } from '../people.ts';
import type { Simulation } from '../simulation.ts';
import { awsId, type Caller, CloudTrail, type Principal } from './cloudtrail.ts';

/** A developer's long-lived IAM user: an older practice the company has not finished replacing. */
export interface CloudUser {
  readonly person: Person;
  readonly principal: Principal;
  readonly userAgent: string;
}

/** The company's AWS account: who uses it, and what is in it. */
export interface Cloud {
  readonly trail: CloudTrail;
  readonly users: readonly CloudUser[];
  readonly roles: Readonly<
    Record<'deploy' | 'terraform' | 'app' | 'nodes' | 'admin' | 'readonly' | 'autoscaling' | 'config', Principal>
  >;
  readonly buckets: readonly string[];
  readonly instances: string[];
  readonly snapshots: readonly string[];
  readonly functions: readonly string[];
  readonly secrets: readonly string[];
  readonly trailName: string;
}

const cliAgents = [
  'aws-cli/2.15.25 Python/3.11.8 Windows/10 exe/AMD64 prompt/off command/%',
  'aws-cli/2.15.25 Python/3.11.8 Linux/5.15.146.1-microsoft-standard-WSL2 exe/x86_64.ubuntu.22 prompt/off command/%',
  'aws-cli/2.15.17 Python/3.11.6 Linux/6.1.0-18-amd64 exe/x86_64.debian.12 prompt/off command/%',
  'Boto3/1.34.49 md/Botocore#1.34.49 ua/2.0 os/linux#6.1.0-18-amd64 md/arch#x86_64 lang/python#3.11.8 Botocore/1.34.49',
];

export function makeCloud(sim: Simulation, company: Company): Cloud {
  const random = sim.random.fork('cloud');
  const role = (name: string): Principal => ({
    type: 'AssumedRole',
    name,
    principalId: awsId(random, 'AROA'),
    keyId: awsId(random, 'ASIA'),
  });
  const id = (prefix: string): string => `${prefix}-0${random.hex(16)}`;
  const developers = withRole(company, 'development', 'it-admin');
  return {
    trail: new CloudTrail(sim, company.awsAccount),
    users: developers.map((person) => ({
      person,
      principal: {
        type: 'IAMUser',
        name: person.login,
        principalId: awsId(random, 'AIDA'),
        keyId: awsId(random, 'AKIA'),
      },
      userAgent: random.pick(cliAgents),
    })),
    roles: {
      deploy: role('github-deploy'),
      terraform: role('terraform-apply'),
      app: role('portal-task'),
      nodes: role('worker-node'),
      admin: role('AWSReservedSSO_AdministratorAccess_4c1f0a7be2d93a55'),
      readonly: role('AWSReservedSSO_ReadOnlyAccess_91be0d77c2a4f310'),
      autoscaling: role('AWSServiceRoleForAutoScaling'),
      config: role('AWSServiceRoleForConfig'),
    },
    buckets: [
      'corvane-project-archive',
      'corvane-portal-uploads',
      'corvane-terraform-state',
      'corvane-backups',
      'corvane-logs',
      'corvane-web',
    ],
    instances: Array.from({ length: 9 }, () => id('i')),
    snapshots: Array.from({ length: 12 }, () => id('snap')),
    functions: ['portal-thumbnails', 'portal-webhooks', 'invoice-export', 'ifc-convert'],
    secrets: ['portal/db', 'portal/mail', 'ci/registry', 'erp/api'],
    trailName: 'corvane-org-trail',
  };
}

/** A caller for an IAM user with a command of the CLI filled in. */
export function asUser(user: CloudUser, address: string, command: string): Caller {
  return { principal: user.principal, address, userAgent: user.userAgent.replace('%', command) };
}
