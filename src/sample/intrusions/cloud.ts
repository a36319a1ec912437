import { hour, second } from '../calendar.ts';
import { awsId, type Call, type Caller } from '../cloud/cloudtrail.ts';
import type { Estate } from '../estate.ts';
import { documentName } from '../habits/documents.ts';
import { Plot } from '../plot.ts';
import type { Random } from '../random.ts';
import { Chapter } from '../truth.ts';

/** A stolen or guessed sign-in leads to a mailbox, a developer's key, and the AWS account. */
export function plantCloudTakeover(estate: Estate, random: Random, midnight: number): void {
  const { sim, cloud, company, audit } = estate;
  const chapter = new Chapter('intrusion', 'cloud', 'Identity to AWS takeover');
  const plot = new Plot(sim, chapter, random, midnight + (9 + random.float() * 3) * hour);
  const user = random.pick(cloud.users.filter((one) => one.person.role === 'development'));
  const { person } = user;
  const from = company.internet.hosting(random);
  const awsFrom = random.chance(0.5) ? from : company.internet.hosting(random);
  const agent = random.chance(0.5) ? person.userAgent : random.pick(company.people).userAgent;
  const key: Caller = {
    principal: user.principal,
    address: awsFrom,
    userAgent: random.pick(cloud.users).userAgent.replace('%', 'sts.get-caller-identity'),
  };
  const call = (one: Call, by = key): void => cloud.trail.call(by, one);
  chapter.involve(person.login);
  enter();

  function enter(): void {
    if (random.chance(0.55)) {
      const targets = random
        .shuffled(company.people)
        .filter((one) => one !== person)
        .slice(0, random.int(9, 20));
      plot.next(0, 1, () =>
        chapter.tell(
          `From ${from} one password was tried on ${targets.length} accounts; ${person.mail} had it.`,
          'T1110.003',
          'T1078.004',
        ),
      );
      for (const target of targets)
        plot.next(0.2, 2, () =>
          audit.signIn(
            target,
            'outlook',
            from,
            agent,
            random.chance(0.08) ? 'IdsLocked' : 'InvalidUserNameOrPassword',
            false,
          ),
        );
      plot.next(0.2, 2, () => audit.signIn(person, 'outlook', from, agent, undefined, false));
    } else {
      plot.next(0, 1, () => {
        audit.signIn(person, 'office', from, agent, undefined, false);
        chapter.tell(
          `A session of ${person.mail}, stolen elsewhere, was used from ${from}.`,
          'T1539',
          'T1550.004',
          'T1078.004',
        );
      });
    }
  }

  plot.maybe(0.7, 2, 12, () => {
    audit.signIn(person, 'securityInfo', from, agent, undefined, false);
    audit.directory('User registered security info.', person, person, from, [
      {
        Name: 'StrongAuthenticationMethod',
        NewValue: '[{"MethodType":6,"Default":true},{"MethodType":7,"Default":false}]',
        OldValue: '[{"MethodType":6,"Default":true}]',
      },
    ]);
    chapter.tell('A second authenticator was registered.', 'T1098.005');
  });
  plot.maybe(0.75, 2, 15, () => {
    const forwards = random.chance(0.5);
    const name = random.pick(['.', '..', 'RSS', 'invoices', 'archive']);
    const outside = `${random.text(7, 'abcdefghijklmnopqrstuvwxyz')}@${company.internet.newcomer(random).domain}`;
    audit.cmdlet('New-InboxRule', person, from, `LO2P265MB1234\\${person.login}\\${name}`, {
      Mailbox: person.mail,
      Name: name,
      ...(forwards
        ? { ForwardTo: outside }
        : {
            SubjectOrBodyContainsWords: 'security;sign-in;aws;password',
            MoveToFolder: 'RSS Feeds',
            MarkAsRead: 'True',
          }),
      StopProcessingRules: 'True',
    });
    chapter.tell(
      forwards ? 'An inbox rule forwards mail outside.' : 'An inbox rule hides warnings.',
      forwards ? 'T1114.003' : 'T1564.008',
    );
  });
  plot.next(3, 20, () => {
    for (let i = random.int(1, 3); i > 0; i--)
      audit.mailbox('MailItemsAccessed', person, from, 'Client=OWA;Action=ViaProxy', []);
    for (let i = random.int(1, 5); i > 0; i--) {
      sim.pass(random.int(5, 60) * second);
      audit.file(
        'FileDownloaded',
        person,
        from,
        agent,
        person.project,
        `Engineering/${documentName(random, random.pick(['docx', 'xlsx', 'txt']))}`,
      );
    }
    chapter.tell(
      'It read mail and downloaded documents, an access key among them.',
      'T1114.002',
      'T1213.002',
      'T1552.001',
    );
  });
  plot.next(10, 45, () => {
    call({ service: 'sts', name: 'GetCallerIdentity', readOnly: true });
    chapter.tell(`The access key of ${user.principal.name} was used from ${awsFrom}.`, 'T1078.004');
  });
  plot.next(0.5, 5, () => {
    for (const [service, name, denied] of random.shuffled(reconnaissance).slice(0, random.int(5, 12))) {
      sim.pass(random.int(1, 15) * second);
      const refused = denied && random.chance(0.4);
      call({
        service,
        name,
        readOnly: true,
        request: service === 's3' && name !== 'ListBuckets' ? { bucketName: random.pick(cloud.buckets) } : null,
        ...(refused
          ? {
              error: {
                code: 'AccessDenied',
                message: `User: arn:aws:iam::${cloud.trail.account}:user/${user.principal.name} is not authorized to perform: ${service}:${name}`,
              },
            }
          : {}),
      });
    }
    chapter.tell('It looked around.', 'T1580', 'T1087.004', 'T1526', 'T1069.003');
  });
  const fresh = random.pick(['svc-monitoring', 'backup-operator', 'ci-deployer', 'support-ops', 'terraform-ci']);
  const freshKey = awsId(random, 'AKIA');
  const made: Caller = {
    principal: { type: 'IAMUser', name: fresh, principalId: awsId(random, 'AIDA'), keyId: freshKey },
    address: awsFrom,
    userAgent: key.userAgent,
  };
  const backdoor = random.chance(0.75);
  plot.next(3, 25, () => {
    if (!backdoor) {
      call({
        service: 'iam',
        name: 'UpdateAssumeRolePolicy',
        readOnly: false,
        request: {
          roleName: random.pick(Object.values(cloud.roles)).name,
          policyDocument: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${random.text(12, '123456789')}:root"},"Action":"sts:AssumeRole"}]}`,
        },
      });
      chapter.tell('A role was opened to a foreign account.', 'T1098.003');
      return;
    }
    call({
      service: 'iam',
      name: 'CreateUser',
      readOnly: false,
      request: { userName: fresh },
      response: {
        user: {
          userName: fresh,
          userId: made.principal.principalId,
          arn: `arn:aws:iam::${cloud.trail.account}:user/${fresh}`,
        },
      },
    });
    sim.pass(random.int(2, 40) * second);
    call({
      service: 'iam',
      name: 'CreateAccessKey',
      readOnly: false,
      request: { userName: fresh },
      response: { accessKey: { userName: fresh, accessKeyId: freshKey, status: 'Active' } },
    });
    if (random.chance(0.4))
      call({
        service: 'iam',
        name: 'CreateLoginProfile',
        readOnly: false,
        request: { userName: fresh, passwordResetRequired: false },
      });
    sim.pass(random.int(2, 60) * second);
    call({
      service: 'iam',
      name: 'AttachUserPolicy',
      readOnly: false,
      request: { userName: fresh, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    });
    chapter.tell(`It made the user ${fresh} with administrator rights.`, 'T1136.003', 'T1098.001', 'T1098.003');
    chapter.involve(fresh);
  });
  const later = backdoor ? made : key;
  plot.maybe(0.65, 2, 20, () => {
    const trail = `arn:aws:cloudtrail:eu-west-2:${cloud.trail.account}:trail/${cloud.trailName}`;
    const name = random.pick(['StopLogging', 'DeleteTrail', 'PutEventSelectors', 'UpdateTrail']);
    call(
      {
        service: 'cloudtrail',
        name,
        readOnly: false,
        request:
          name === 'PutEventSelectors'
            ? { trailName: trail, eventSelectors: [{ readWriteType: 'ReadOnly', includeManagementEvents: false }] }
            : { name: trail },
      },
      later,
    );
    chapter.tell(`It weakened logging (${name}); the organisation's own trail goes on.`, 'T1562.008');
  });
  plot.next(3, 30, () => {
    if (random.chance(0.5)) {
      call(
        {
          service: 'ec2',
          name: 'DescribeSnapshots',
          readOnly: true,
          request: { ownersSet: { items: [{ owner: 'self' }] } },
        },
        later,
      );
      for (const snapshotId of random.shuffled(cloud.snapshots).slice(0, random.int(1, 3))) {
        call(
          {
            service: 'ec2',
            name: 'ModifySnapshotAttribute',
            readOnly: false,
            request: {
              snapshotId,
              createVolumePermission: { add: { items: [{ userId: random.text(12, '123456789') }] } },
              attributeType: 'CREATE_VOLUME_PERMISSION',
            },
          },
          later,
        );
      }
      chapter.tell('Snapshots were shared with a foreign account.', 'T1537');
    } else {
      const bucket = 'corvane-project-archive';
      call(
        {
          service: 's3',
          name: 'ListObjects',
          readOnly: true,
          request: { bucketName: bucket },
          data: { resources: [{ type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }] },
        },
        later,
      );
      for (let i = random.int(8, 22); i > 0; i--) {
        const object = `drawings/${random.hex(8)}.pdf`;
        call(
          {
            service: 's3',
            name: 'GetObject',
            readOnly: true,
            request: { bucketName: bucket, key: object },
            data: { resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${object}` }] },
          },
          later,
        );
      }
      chapter.tell(`Objects were taken from ${bucket}.`, 'T1530');
    }
  });
  plot.maybe(0.4, 2, 15, () => {
    for (const secretId of random.shuffled(cloud.secrets).slice(0, random.int(1, 3)))
      call({ service: 'secretsmanager', name: 'GetSecretValue', readOnly: true, request: { secretId } }, later);
    chapter.tell('Secrets were read.', 'T1555.006');
  });
}

const reconnaissance: readonly (readonly [string, string, boolean])[] = [
  ['iam', 'ListUsers', false],
  ['iam', 'ListRoles', false],
  ['iam', 'ListAttachedUserPolicies', false],
  ['iam', 'GetAccountAuthorizationDetails', true],
  ['iam', 'ListAccessKeys', false],
  ['iam', 'GetUser', false],
  ['s3', 'ListBuckets', false],
  ['s3', 'GetBucketPolicy', true],
  ['s3', 'GetBucketAcl', false],
  ['ec2', 'DescribeInstances', false],
  ['ec2', 'DescribeSnapshots', false],
  ['ec2', 'DescribeSecurityGroups', false],
  ['secretsmanager', 'ListSecrets', true],
  ['lambda', 'ListFunctions20150331', false],
  ['organizations', 'DescribeOrganization', true],
  ['ses', 'GetSendQuota', true],
  ['cloudtrail', 'DescribeTrails', false],
  ['rds', 'DescribeDBInstances', false],
];
