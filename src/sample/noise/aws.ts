import { hour, isWorkday, minute, second } from '../calendar.ts';
import { awsId, type Caller } from '../cloud/cloudtrail.ts';
import type { Estate } from '../estate.ts';
import type { Random } from '../random.ts';
import { deploy, newStarter, rotateKey, terraform } from './aws-changes.ts';

/** What the account does by itself and through its pipelines. */
export function awsLife(estate: Estate): void {
  const random = estate.sim.random.fork('aws');
  const every = (mean: number, act: () => void): void => {
    const next = (): void =>
      estate.sim.after(second + random.wait(mean), () => {
        act();
        next();
      });
    estate.sim.at(estate.sim.start + random.float() * mean, next);
  };
  every(40 * second, () => application(estate, random));
  every(70 * second, () => nodes(estate, random));
  every(4 * minute, () => configuration(estate, random));
  every(25 * minute, () => scaling(estate, random));
  const supplier: Caller = {
    principal: {
      type: 'IAMUser',
      name: 'cost-insight',
      principalId: awsId(random, 'AIDA'),
      keyId: awsId(random, 'AKIA'),
    },
    address: estate.company.internet.hosting(random),
    userAgent:
      'Boto3/1.34.49 md/Botocore#1.34.49 ua/2.0 os/linux#6.1.0-18-amd64 md/arch#x86_64 lang/python#3.11.8 Botocore/1.34.49',
  };
  every(40 * minute, () => inventory(estate, random, supplier));
  const copier: Caller = {
    principal: {
      type: 'IAMUser',
      name: 'backup-runner',
      principalId: awsId(random, 'AIDA'),
      keyId: awsId(random, 'AKIA'),
    },
    address: estate.company.officeAddresses[0] ?? '',
    userAgent: estate.cloud.users[0]?.userAgent.replace('%', 'ec2.modify-snapshot-attribute') ?? sdk,
  };
  const recoveryAccount = random.text(12, '123456789');
  every(3 * hour, () => copySnapshots(estate, random, copier, recoveryAccount));
  estate.sim.eachDay((midnight) => {
    const day = random.fork(String(midnight));
    const busy = isWorkday(midnight);
    for (let i = busy ? day.int(9, 16) : day.int(0, 2); i > 0; i--) {
      estate.sim.at(midnight + (8.5 + day.float() * 9.5) * hour, () => deploy(estate, day));
    }
    for (let i = busy ? day.int(1, 4) : 0; i > 0; i--) {
      estate.sim.at(midnight + (9 + day.float() * 8) * hour, () => terraform(estate, day));
    }
    if (busy && day.chance(0.5)) estate.sim.at(midnight + (9 + day.float() * 7) * hour, () => rotateKey(estate, day));
    if (busy && day.chance(0.35)) estate.sim.at(midnight + (9 + day.float() * 7) * hour, () => newStarter(estate, day));
  });
}

const sdk = 'aws-sdk-nodejs/2.1568.0 linux/v20.11.1 exec-env/AWS_ECS_FARGATE promise';

function application(estate: Estate, random: Random): void {
  const { cloud } = estate;
  const { trail, roles } = cloud;
  const caller: Caller = {
    principal: { ...roles.app, session: random.hex(32) },
    address: `10.40.${random.int(1, 3)}.${random.int(10, 200)}`,
    userAgent: sdk,
  };
  const kind = random.weighted([
    ['assume', 3],
    ['secret', 2],
    ['decrypt', 4],
    ['object', 4],
  ] as const);
  if (kind === 'assume') {
    trail.call(
      {
        principal: { type: 'AWSService', name: 'ecs', principalId: '', invokedBy: 'ecs-tasks.amazonaws.com' },
        address: 'ecs-tasks.amazonaws.com',
        userAgent: 'ecs-tasks.amazonaws.com',
      },
      {
        service: 'sts',
        name: 'AssumeRole',
        readOnly: true,
        request: { roleArn: `arn:aws:iam::${trail.account}:role/${roles.app.name}`, roleSessionName: random.hex(32) },
        response: { credentials: { accessKeyId: awsId(random, 'ASIA') } },
      },
    );
  } else if (kind === 'secret') {
    trail.call(caller, {
      service: 'secretsmanager',
      name: 'GetSecretValue',
      readOnly: true,
      request: { secretId: random.pick(cloud.secrets) },
    });
  } else if (kind === 'decrypt') {
    trail.call(caller, {
      service: 'kms',
      name: 'Decrypt',
      readOnly: true,
      request: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    });
  } else {
    const bucket = random.pick(['corvane-portal-uploads', 'corvane-web', 'corvane-project-archive']);
    const key = `${random.pick(['models', 'drawings', 'thumbs'])}/${random.hex(8)}.${random.pick(['ifc', 'pdf', 'png'])}`;
    trail.call(caller, {
      service: 's3',
      name: random.chance(0.7) ? 'GetObject' : 'PutObject',
      readOnly: true,
      request: { bucketName: bucket, key },
      data: {
        resources: [
          { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
          { accountId: trail.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
        ],
      },
    });
  }
}

function nodes(estate: Estate, random: Random): void {
  const { cloud } = estate;
  const instance = random.pick(cloud.instances);
  const caller: Caller = {
    principal: { ...cloud.roles.nodes, session: instance },
    address: `10.40.${random.int(1, 3)}.${random.int(10, 200)}`,
    userAgent: 'aws-sdk-go/1.50.20 (go1.21.6; linux; amd64) amazon-ssm-agent/3.2.2303.0',
  };
  cloud.trail.call(
    caller,
    random.chance(0.8)
      ? {
          service: 'ssm',
          name: 'UpdateInstanceInformation',
          readOnly: false,
          request: { instanceId: instance, agentVersion: '3.2.2303.0', platformName: 'Amazon Linux' },
        }
      : {
          service: 'ec2',
          name: 'DescribeTags',
          readOnly: true,
          request: { filterSet: { items: [{ name: 'resource-id', valueSet: { items: [{ value: instance }] } }] } },
        },
  );
}

function configuration(estate: Estate, random: Random): void {
  const { cloud } = estate;
  const caller: Caller = {
    principal: { ...cloud.roles.config, session: 'configLambdaExecution', invokedBy: 'config.amazonaws.com' },
    address: 'config.amazonaws.com',
    userAgent: 'config.amazonaws.com',
  };
  const looks = [
    ['ec2', 'DescribeInstances'],
    ['ec2', 'DescribeSecurityGroups'],
    ['s3', 'GetBucketAcl'],
    ['s3', 'GetBucketPolicy'],
    ['iam', 'ListUsers'],
    ['iam', 'GetAccountAuthorizationDetails'],
    ['iam', 'ListAccessKeys'],
    ['cloudtrail', 'DescribeTrails'],
    ['cloudtrail', 'GetTrailStatus'],
    ['rds', 'DescribeDBSnapshots'],
  ] as const;
  for (const [service, name] of random.shuffled(looks).slice(0, random.int(2, 6)))
    cloud.trail.call(caller, {
      service,
      name,
      readOnly: true,
      request: service === 's3' ? { bucketName: random.pick(cloud.buckets) } : null,
    });
}

/** A supplier's service looks at what there is and what it costs, from its own rented servers. */
function inventory(estate: Estate, random: Random, caller: Caller): void {
  const looks = [
    ['ec2', 'DescribeInstances'],
    ['ec2', 'DescribeSnapshots'],
    ['s3', 'ListBuckets'],
    ['rds', 'DescribeDBInstances'],
    ['lambda', 'ListFunctions20150331'],
    ['ce', 'GetCostAndUsage'],
    ['sts', 'GetCallerIdentity'],
    ['organizations', 'DescribeOrganization'],
  ] as const;
  for (const [service, name] of random.shuffled(looks).slice(0, random.int(3, 8))) {
    const refused = name === 'DescribeOrganization';
    estate.cloud.trail.call(caller, {
      service,
      name,
      readOnly: true,
      ...(refused
        ? {
            error: {
              code: 'AccessDenied',
              message: `User: arn:aws:iam::${estate.cloud.trail.account}:user/${caller.principal.name} is not authorized to perform: organizations:DescribeOrganization`,
            },
          }
        : {}),
    });
  }
}

/** Snapshots are shared with the company's second account, kept for disaster recovery. */
function copySnapshots(estate: Estate, random: Random, caller: Caller, recoveryAccount: string): void {
  const { trail, snapshots } = estate.cloud;
  const own = { ownersSet: { items: [{ owner: 'self' }] } };
  trail.call(caller, { service: 'ec2', name: 'DescribeSnapshots', readOnly: true, request: own });
  for (const snapshotId of random.shuffled(snapshots).slice(0, random.int(1, 3))) {
    const request = {
      snapshotId,
      createVolumePermission: { add: { items: [{ userId: recoveryAccount }] } },
      attributeType: 'CREATE_VOLUME_PERMISSION',
    };
    trail.call(caller, { service: 'ec2', name: 'ModifySnapshotAttribute', readOnly: false, request });
  }
}

function scaling(estate: Estate, random: Random): void {
  const { cloud } = estate;
  const caller: Caller = {
    principal: { ...cloud.roles.autoscaling, session: 'AutoScaling', invokedBy: 'autoscaling.amazonaws.com' },
    address: 'autoscaling.amazonaws.com',
    userAgent: 'autoscaling.amazonaws.com',
  };
  const instance = `i-0${random.hex(16)}`;
  if (random.chance(0.5)) {
    cloud.instances.push(instance);
    cloud.trail.call(caller, {
      service: 'ec2',
      name: 'RunInstances',
      readOnly: false,
      request: {
        instancesSet: { items: [{ imageId: 'ami-0b9932f4918a00c4f', minCount: 1, maxCount: 1 }] },
        instanceType: 'c6i.large',
      },
      response: { instancesSet: { items: [{ instanceId: instance }] } },
    });
  } else if (cloud.instances.length > 6) {
    cloud.trail.call(caller, {
      service: 'ec2',
      name: 'TerminateInstances',
      readOnly: false,
      request: { instancesSet: { items: [{ instanceId: cloud.instances.pop() }] } },
    });
  }
  if (random.chance(0.3))
    cloud.trail.call(caller, {
      service: 'ec2',
      name: 'CreateSnapshot',
      readOnly: false,
      request: { volumeId: `vol-0${random.hex(16)}`, description: 'scheduled' },
      response: { snapshotId: `snap-0${random.hex(16)}` },
    });
}
