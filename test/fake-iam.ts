import { type OtherSide, startOtherSide } from './other-side.ts';

/** A user as the fake knows it. */
export interface FakeUser {
  readonly groups: readonly string[];
  readonly attached: readonly string[];
  /** Inline policies by name: JSON. */
  readonly inline: Map<string, string>;
  /** Access keys by id: `Active` or `Inactive`. */
  readonly keys: Map<string, string>;
}

export interface FakeIam {
  readonly side: OtherSide;
  readonly users: Map<string, FakeUser>;
  /** `Action` of each request that was signed well enough to be looked at. */
  readonly actions: string[];
  /** Set to answer the next requests with an error of this code and status. */
  failing: { code: string; status: number } | null;
}

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/iam\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/;

/**
 * A FAKE of AWS IAM on loopback, and it says so in its `Server` header. It speaks IAM's query protocol: a form-encoded POST in, XML out, API version
 * 2010-05-08. It checks the shape of the SigV4 Authorization header and what it covers, not the signature itself.
 */
export async function startFakeIam(accessKeyId: string): Promise<FakeIam> {
  const side = await startOtherSide();
  const fake: FakeIam = { side, users: new Map(), actions: [], failing: null };
  side.answer = ({ method, headers, body }, response) => {
    const say = (status: number, xml: string) =>
      response.writeHead(status, { 'content-type': 'text/xml', server: 'fake-iam (a test double, not AWS)' }).end(xml);
    const fail = (status: number, code: string) =>
      say(
        status,
        `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>said by the fake: ${xmlText(headers.authorization ?? '')}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      );
    const signed = SIGNATURE.exec(headers.authorization ?? '');
    const covered = signed?.[3]?.split(';') ?? [];
    if (signed === null || !['host', 'x-amz-date'].every((name) => covered.includes(name)))
      return fail(403, 'IncompleteSignature');
    if (signed[1] !== accessKeyId) return fail(403, 'InvalidClientTokenId');
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    if (method !== 'POST' || form.get('Version') !== '2010-05-08') return fail(400, 'MalformedQueryString');
    fake.actions.push(action);
    if (fake.failing !== null) return fail(fake.failing.status, fake.failing.code);
    const result = perform(fake.users, action, form);
    if (result === null) return fail(404, 'NoSuchEntity');
    return say(
      200,
      `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
    );
  };
  return fake;
}

/** What is inside the result element; null where there is no such entity. */
function perform(users: FakeIam['users'], action: string, form: URLSearchParams): string | null {
  const key = form.get('AccessKeyId') ?? '';
  if (action === 'GetAccessKeyLastUsed') {
    const owner = [...users].find(([, { keys }]) => keys.has(key))?.[0];
    if (owner === undefined) return null;
    return `<UserName>${xmlText(owner)}</UserName><AccessKeyLastUsed><LastUsedDate>2026-01-04T10:00:00Z</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-central-1</Region></AccessKeyLastUsed>`;
  }
  const name = form.get('UserName') ?? '';
  const user = users.get(name);
  if (user === undefined) return null;
  const policy = form.get('PolicyName') ?? '';
  switch (action) {
    case 'GetUser':
      return `<User><Path>/</Path><UserName>${xmlText(name)}</UserName><UserId>AIDAX</UserId><Arn>arn:aws:iam::123456789012:user/${xmlText(name)}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></User>`;
    case 'ListGroupsForUser':
      return `<Groups>${user.groups.map((group) => `<member><Path>/</Path><GroupName>${xmlText(group)}</GroupName><GroupId>g</GroupId><Arn>arn:aws:iam::123456789012:group/g</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></member>`).join('')}</Groups><IsTruncated>false</IsTruncated>`;
    case 'ListAttachedUserPolicies':
      return `<AttachedPolicies>${user.attached.map((each) => `<member><PolicyName>${xmlText(each)}</PolicyName><PolicyArn>arn:aws:iam::aws:policy/${xmlText(each)}</PolicyArn></member>`).join('')}</AttachedPolicies><IsTruncated>false</IsTruncated>`;
    case 'ListUserPolicies':
      return `<PolicyNames>${[...user.inline.keys()].map((each) => `<member>${xmlText(each)}</member>`).join('')}</PolicyNames><IsTruncated>false</IsTruncated>`;
    case 'ListAccessKeys':
      return `<AccessKeyMetadata>${[...user.keys].map(([id, status]) => `<member><UserName>${xmlText(name)}</UserName><AccessKeyId>${id}</AccessKeyId><Status>${status}</Status><CreateDate>2020-01-01T00:00:00Z</CreateDate></member>`).join('')}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`;
    case 'UpdateAccessKey':
      if (!user.keys.has(key)) return null;
      user.keys.set(key, form.get('Status') ?? '');
      return '';
    case 'PutUserPolicy':
      user.inline.set(policy, form.get('PolicyDocument') ?? '');
      return '';
    case 'DeleteUserPolicy':
      return user.inline.delete(policy) ? '' : null;
    case 'GetUserPolicy': {
      const document = user.inline.get(policy);
      if (document === undefined) return null;
      return `<UserName>${xmlText(name)}</UserName><PolicyName>${xmlText(policy)}</PolicyName><PolicyDocument>${encodeURIComponent(document)}</PolicyDocument>`;
    }
    default:
      return null;
  }
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
