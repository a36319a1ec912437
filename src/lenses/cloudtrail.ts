import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft } from './activity.ts';
import { firstText, objectOf, someScalar, textAt, textAtAny, textOf, textPathReader } from './fields.ts';
import { address, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf } from './whence.ts';

const origin: EventOrigin = Object.freeze({ product: 'aws', service: 'cloudtrail', categories: Object.freeze([]) });

const principalOf = textAtAny(
  'userIdentity.arn',
  'userIdentity.userName',
  'userIdentity.principalId',
  'userIdentity.invokedBy',
  'userIdentity.accountId',
);
const userOf = textAtAny(
  'userIdentity.userName',
  'userIdentity.sessionContext.sessionIssuer.userName',
  'userIdentity.onBehalfOf.userId',
);
/** Single sign-on names role sessions after the person: `...:assumed-role/role/ana@corp.example`. */
const personSession = /:assumed-role\/[^/]+\/([^/]+@[^/]+)$/;

const loginResult = textAt('responseElements.ConsoleLogin');
const namedResource = textAtAny('resources.ARN', 'resources.arn');

/** Request parameters that name what a call acts on, the most telling first. */
const targets: readonly string[] = [
  'bucketName',
  'roleArn',
  'userName',
  'roleName',
  'functionName',
  'instanceId',
  'secretId',
  'trailName',
  'name',
  'snapshotId',
  'dBSnapshotIdentifier',
  'dBInstanceIdentifier',
  'groupName',
  'groupId',
  'policyArn',
  'policyName',
  'keyId',
  'volumeId',
  'imageId',
  'vpcId',
  'accessKeyId',
  'instanceProfileName',
  'resourceArn',
  'target',
  'modelId',
];
const firstInstance = textAtAny('requestParameters.instancesSet.items.instanceId', 'requestParameters.instanceIds');
const resolverConfig = textAtAny(
  'requestParameters.flowLogIds',
  'requestParameters.DeleteFlowLogsRequest.FlowLogId.content',
);

function resourceOf(record: JsonObject): string | undefined {
  return (
    namedResource(record) ??
    firstText(objectOf(record.requestParameters), targets) ??
    firstInstance(record) ??
    resolverConfig(record)
  );
}

function activity(record: JsonObject): Activity {
  const failed = textOf(record.errorCode) !== undefined || loginResult(record) === 'Failure';
  const signIn = record.eventName === 'ConsoleLogin';
  const made = draft(
    signIn ? (failed ? 'sign_in_failure' : 'sign_in') : 'api_call',
    undefined,
    textOf(record.eventName),
  );
  made.principal = principalOf(record);
  made.user = userName(personSession.exec(made.principal ?? '')?.[1] ?? userOf(record));
  made.sourceAddress = address(record.sourceIPAddress);
  made.resource = resourceOf(record);
  made.object = textOf(record.eventSource);
  made.outcome = failed ? 'failure' : 'success';
  made.userAgent = agentOf(record.userAgent);
  const target = userName(objectOf(record.requestParameters).userName);
  if (target !== made.user) made.targetUser = target;
  return made;
}

/** AWS CloudTrail records, also as logstash rewrites them. Time: `eventTime`, else `@timestamp`. Native id: `eventID`. */
export const cloudtrail: Lens = {
  name: 'cloudtrail',
  matches: (record) =>
    record.eventName !== undefined &&
    record.eventSource !== undefined &&
    (record.userIdentity !== undefined || record.awsRegion !== undefined || record.eventVersion !== undefined),
  time: (record) => parseTime(record.eventTime) ?? parseTime(record['@timestamp']),
  nativeId: (record) => textOf(record.eventID),
  origin: () => origin,
  reader: textPathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
