import { minute, second } from '../calendar.ts';
import { awsId, type Caller } from '../cloud/cloudtrail.ts';
import { withRole } from '../company.ts';
import type { Estate } from '../estate.ts';
import type { Random } from '../random.ts';

/** The pipeline's federated role releases the portal. */
export function deploy(estate: Estate, random: Random): void {
  const { cloud, sim } = estate;
  const { trail } = cloud;
  const session = `release-${random.int(1000, 9999)}`;
  const caller: Caller = {
    principal: { ...cloud.roles.deploy, session, keyId: awsId(random, 'ASIA') },
    address: `20.${random.int(40, 120)}.${random.int(1, 250)}.${random.int(2, 250)}`,
    userAgent: 'aws-sdk-js/3.525.0 ua/2.0 os/linux#6.5.0-1015-azure lang/js md/nodejs#20.11.1 api/ecs#3.525.0',
  };
  trail.call(caller, {
    service: 'sts',
    name: 'AssumeRoleWithWebIdentity',
    readOnly: true,
    request: {
      roleArn: `arn:aws:iam::${trail.account}:role/${cloud.roles.deploy.name}`,
      roleSessionName: session,
      durationSeconds: 3600,
    },
    response: { subjectFromWebIdentityToken: 'repo:corvane-eng/portal:ref:refs/heads/main' },
  });
  const calls = [
    ['ecr', 'GetAuthorizationToken', true],
    ['ecr', 'PutImage', false],
    ['ecs', 'RegisterTaskDefinition', false],
    ['ecs', 'UpdateService', false],
    ['ecs', 'DescribeServices', true],
    ['lambda', 'UpdateFunctionCode20150331v2', false],
    ['cloudfront', 'CreateInvalidation', false],
  ] as const;
  for (const [service, name, readOnly] of calls) {
    sim.after(random.int(2, 90) * second, () =>
      trail.call(caller, {
        service,
        name,
        readOnly,
        request:
          service === 'lambda' ? { functionName: random.pick(cloud.functions), publish: true } : { cluster: 'portal' },
      }),
    );
  }
}

/** Infrastructure as code: reads everything, then creates and attaches, from the build server. */
export function terraform(estate: Estate, random: Random): void {
  const { cloud, sim, company } = estate;
  const { trail } = cloud;
  const caller: Caller = {
    principal: { ...cloud.roles.terraform, session: 'terraform', keyId: awsId(random, 'ASIA') },
    address: company.officeAddresses[0] ?? '',
    userAgent:
      'APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io) terraform-provider-aws/5.38.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.25.1',
  };
  const reads = [
    ['sts', 'GetCallerIdentity'],
    ['iam', 'GetRole'],
    ['iam', 'ListAttachedRolePolicies'],
    ['iam', 'ListRolePolicies'],
    ['iam', 'GetPolicy'],
    ['ec2', 'DescribeVpcs'],
    ['ec2', 'DescribeSubnets'],
    ['ec2', 'DescribeSecurityGroups'],
    ['s3', 'GetBucketPolicy'],
    ['s3', 'GetBucketVersioning'],
    ['lambda', 'GetFunction20150331v2'],
    ['rds', 'DescribeDBInstances'],
    ['cloudtrail', 'DescribeTrails'],
  ] as const;
  for (const [service, name] of reads) trail.call(caller, { service, name, readOnly: true, request: {} });
  if (!random.chance(0.6)) return;
  sim.after(random.int(60, 400) * second, () => {
    const role = `portal-${random.pick(['worker', 'export', 'report', 'queue'])}-${random.hex(4)}`;
    trail.call(caller, {
      service: 'iam',
      name: 'CreateRole',
      readOnly: false,
      request: {
        roleName: role,
        assumeRolePolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      },
    });
    trail.call(caller, {
      service: 'iam',
      name: 'PutRolePolicy',
      readOnly: false,
      request: { roleName: role, policyName: 'access' },
    });
    trail.call(caller, {
      service: 'iam',
      name: 'AttachRolePolicy',
      readOnly: false,
      request: { roleName: role, policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy' },
    });
    if (random.chance(0.4))
      trail.call(caller, {
        service: 'ec2',
        name: 'AuthorizeSecurityGroupIngress',
        readOnly: false,
        request: {
          groupId: `sg-0${random.hex(16)}`,
          ipPermissions: {
            items: [
              { ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: { items: [{ cidrIp: '10.40.0.0/16' }] } },
            ],
          },
        },
      });
    if (random.chance(0.3))
      trail.call(caller, {
        service: 's3',
        name: 'PutBucketPolicy',
        readOnly: false,
        request: { bucketName: random.pick(cloud.buckets) },
      });
  });
}

/** A developer replaces their access key, as policy asks every quarter. */
export function rotateKey(estate: Estate, random: Random): void {
  const { cloud, sim, company } = estate;
  const user = random.pick(cloud.users);
  const address = company.officeAddresses[user.person.site] ?? user.person.homeAddress;
  const by = (command: string): Caller => ({
    principal: user.principal,
    address,
    userAgent: user.userAgent.replace('%', command),
  });
  const fresh = awsId(random, 'AKIA');
  cloud.trail.call(by('iam.create-access-key'), {
    service: 'iam',
    name: 'CreateAccessKey',
    readOnly: false,
    request: { userName: user.principal.name },
    response: { accessKey: { userName: user.principal.name, accessKeyId: fresh, status: 'Active' } },
  });
  sim.after(random.int(2, 12) * minute, () => {
    cloud.trail.call(by('iam.update-access-key'), {
      service: 'iam',
      name: 'UpdateAccessKey',
      readOnly: false,
      request: { userName: user.principal.name, status: 'Inactive', accessKeyId: user.principal.keyId },
    });
    cloud.trail.call(by('iam.delete-access-key'), {
      service: 'iam',
      name: 'DeleteAccessKey',
      readOnly: false,
      request: { userName: user.principal.name, accessKeyId: user.principal.keyId },
    });
  });
}

/** An administrator makes a user with a console password for somebody new. */
export function newStarter(estate: Estate, random: Random): void {
  const { cloud, company, sim } = estate;
  const person = random.pick(withRole(company, 'it-admin'));
  const user = cloud.users.find((one) => one.person === person);
  const caller: Caller = {
    principal: user?.principal ?? { ...cloud.roles.admin, session: person.mail, keyId: awsId(random, 'ASIA') },
    address: company.officeAddresses[person.site] ?? person.homeAddress,
    userAgent: user?.userAgent.replace('%', 'iam.create-user') ?? person.userAgent,
  };
  const userName = random.pick(company.people).login;
  const change = (name: string, request: object): void => {
    cloud.trail.call(caller, { service: 'iam', name, readOnly: false, request });
    sim.pass(random.int(2, 30) * second);
  };
  change('CreateUser', { userName });
  change('CreateLoginProfile', { userName, passwordResetRequired: true });
  change('AttachUserPolicy', { userName, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
}
