import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorRoom, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type FakeIam, startFakeIam } from '../../../../test/fake-iam.ts';
import { code } from '../../../../test/store-backends.ts';
import type { ActionOrder } from '../../../ports/connector.ts';
import { awsConnector } from './connector.ts';
import { AwsSettings } from './settings.ts';

const OWN_KEY = 'AKIAOWNOWNOWNOWNOWN1';
const KEY = 'AKIABOBBOBBOBBOBBOB1';
const SECRET = 'pl4nted/aws+secret';
let iam: FakeIam;
beforeAll(async () => {
  iam = await startFakeIam(OWN_KEY);
});
afterAll(() => iam.side.close());
beforeEach(() => {
  iam.failing = null;
  iam.actions.length = 0;
  iam.users.clear();
  const user = (key: string, status: string) => ({
    groups: ['developers'],
    attached: ['ReadOnlyAccess'],
    inline: new Map(),
    keys: new Map([[key, status]]),
  });
  iam.users.set('bob', user(KEY, 'Active'));
  iam.users.set('bridgewatch', user(OWN_KEY, 'Active'));
  iam.users.set('break-glass', user('AKIAGLASSGLASSGLASS1', 'Active'));
});

const connector = (changes: Record<string, unknown> = {}, secrets: Record<string, string> = { iam: SECRET }) =>
  awsConnector(
    AwsSettings.parse({
      endpoint: iam.side.url,
      accessKeyId: OWN_KEY,
      secretKeySecret: 'iam',
      protectedUsers: ['Break-Glass'],
      ranges: ['127.0.0.0/8'],
      timeoutMs: 2000,
      ...changes,
    }),
    connectorRoom(secrets),
  );
const order = (kind: string, value: string, parameters = {}): ActionOrder => ({
  ...orderOf(kind, value, parameters),
  target: { kind: 'cloud_principal', value },
});
const changing = () => iam.actions.filter((action) => !/^(Get|List)/.test(action));

describe('deactivate_access_key', () => {
  it('looks, deactivates, sees it, activates again and sees that', async () => {
    const aws = connector();
    const plan = await planOf(aws, order('deactivate_access_key', 'bob', { accessKeyId: KEY }));
    expect(plan).toMatchObject({ arguments: { user: 'bob', accessKeyId: KEY }, before: { status: 'Active' } });
    expect(plan.blastRadius.said).toEqual([
      `access key ${KEY} is Active, last used 2026-01-04T10:00:00.000Z for s3 in eu-central-1`,
      'user arn:aws:iam::123456789012:user/bob',
      'groups: developers',
      'attached policies: ReadOnlyAccess',
      'inline policies: none',
      'access keys: 1, of which 1 active',
    ]);
    expect(changing()).toEqual([]);
    expect(await aws.verify(plan, null, runOf())).toMatchObject({ outcome: 'no' });
    for (const attempt of [1, 2]) await aws.execute(plan, runOf({ attempt }));
    expect(iam.users.get('bob')?.keys.get(KEY)).toBe('Inactive');
    expect(await aws.verify(plan, null, runOf())).toMatchObject({ outcome: 'yes' });
    expect(await aws.verifyUndone(plan, null, runOf())).toMatchObject({ outcome: 'no' });
    await aws.undo(plan, null, runOf());
    expect(iam.users.get('bob')?.keys.get(KEY)).toBe('Active');
    expect(await aws.verifyUndone(plan, null, runOf())).toMatchObject({ outcome: 'yes' });
  });

  it('leaves a key that was inactive before inactive after undo', async () => {
    iam.users.get('bob')?.keys.set(KEY, 'Inactive');
    const aws = connector();
    const plan = await planOf(aws, order('deactivate_access_key', KEY));
    await aws.execute(plan, runOf());
    await aws.undo(plan, null, runOf());
    expect(iam.users.get('bob')?.keys.get(KEY)).toBe('Inactive');
  });

  it.each([
    ['an unknown key', 'AKIANOBODYNOBODY1234', 'CONNECTOR_TARGET_UNKNOWN'],
    ['a temporary key', 'ASIATEMPTEMPTEMP1234', 'CONNECTOR_ORDER_INVALID'],
    ['no key', 'bob', 'CONNECTOR_ORDER_INVALID'],
    ['a hostile key', 'AKIA&Action=DeleteUser', 'CONNECTOR_ORDER_INVALID'],
    ['its own key', OWN_KEY, 'CONNECTOR_PROTECTED'],
    ['a protected user', 'AKIAGLASSGLASSGLASS1', 'CONNECTOR_PROTECTED'],
  ])('refuses %s', async (_what, value, expected) => {
    await expect(connector().survey(order('deactivate_access_key', value), runOf().signal)).rejects.toThrow(
      code(expected),
    );
    expect(changing()).toEqual([]);
  });
});

describe('quarantine_principal', () => {
  it('puts a policy that denies everything, sees it, and deletes it', async () => {
    const aws = connector();
    const plan = await planOf(aws, order('quarantine_principal', 'arn:aws:iam::123456789012:user/team/bob'));
    expect(plan.arguments).toMatchObject({ user: 'bob', policy: 'BridgewatchQuarantine' });
    expect(await aws.verify(plan, null, runOf())).toMatchObject({ outcome: 'no' });
    await aws.execute(plan, runOf());
    const document = JSON.parse(iam.users.get('bob')?.inline.get('BridgewatchQuarantine') ?? '{}');
    expect(document.Statement).toEqual([{ Sid: 'BridgewatchQuarantine', Effect: 'Deny', Action: '*', Resource: '*' }]);
    expect(await aws.verify(plan, null, runOf())).toMatchObject({ outcome: 'yes' });
    await expect(aws.survey(order('quarantine_principal', 'bob'), runOf().signal)).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    for (const attempt of [1, 2]) await aws.undo(plan, null, runOf({ attempt }));
    expect(iam.users.get('bob')?.inline.size).toBe(0);
    expect(await aws.verifyUndone(plan, null, runOf())).toMatchObject({ outcome: 'yes' });
  });

  it('is not there where somebody changed the policy', async () => {
    const aws = connector();
    const plan = await planOf(aws, order('quarantine_principal', 'bob'));
    iam.users.get('bob')?.inline.set('BridgewatchQuarantine', '{"Statement":[]}');
    expect(await aws.verify(plan, null, runOf())).toMatchObject({ outcome: 'no' });
  });

  it.each([
    ['nobody', 'nobody', 'CONNECTOR_TARGET_UNKNOWN'],
    ['itself', 'bridgewatch', 'CONNECTOR_PROTECTED'],
    ['a protected user in another case', 'BREAK-glass', 'CONNECTOR_PROTECTED'],
    ['a role', 'arn:aws:iam::123456789012:role/admin', 'CONNECTOR_ORDER_INVALID'],
    ['the root user', 'arn:aws:iam::123456789012:root', 'CONNECTOR_ORDER_INVALID'],
    ['a hostile name', 'bob&PolicyName=x', 'CONNECTOR_ORDER_INVALID'],
  ])('refuses %s', async (_what, value, expected) => {
    await expect(connector().survey(order('quarantine_principal', value), runOf().signal)).rejects.toThrow(
      code(expected),
    );
    expect(changing()).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    ['AccessDenied', 403, 'CONNECTOR_REFUSED'],
    ['Throttling', 400, 'CONNECTOR_UNREACHABLE'],
    ['ServiceFailure', 500, 'CONNECTOR_UNREACHABLE'],
    ['SomethingNew', 502, 'CONNECTOR_UNREACHABLE'],
  ])('%s (%i) is %s, tried once, and quotes nothing AWS said', async (failing, status, expected) => {
    const aws = connector();
    const plan = await planOf(aws, order('quarantine_principal', 'bob'));
    iam.failing = { code: failing, status };
    iam.actions.length = 0;
    const failed = await aws.verify(plan, null, runOf()).catch((error: unknown) => error);
    expect(failed).toEqual(code(expected));
    expect(String(failed)).not.toContain('said by the fake');
    expect(iam.actions).toHaveLength(1);
  });

  it('is CONNECTOR_TIMEOUT where nothing answers in time, and CONNECTOR_UNREACHABLE where nothing listens', async () => {
    const aws = connector();
    const plan = await planOf(aws, order('quarantine_principal', 'bob'));
    const { answer } = iam.side;
    iam.side.answer = () => undefined;
    await expect(connector({ timeoutMs: 150 }).verify(plan, null, runOf())).rejects.toThrow(code('CONNECTOR_TIMEOUT'));
    iam.side.answer = answer;
    await expect(connector({ endpoint: 'http://127.0.0.1:1' }).verify(plan, null, runOf())).rejects.toThrow(
      code('CONNECTOR_UNREACHABLE'),
    );
  });

  it.each(['http://169.254.169.254', 'http://[fd00:ec2::254]', 'https://10.0.0.1'])(
    'never asks %s',
    async (endpoint) => {
      await expect(
        connector({ endpoint }).survey(order('quarantine_principal', 'bob'), runOf().signal),
      ).rejects.toThrow(code('CONNECTOR_REFUSED'));
    },
  );

  it('uses no key of the machine: without its secret it does nothing', async () => {
    await expect(connector({}, {}).survey(order('quarantine_principal', 'bob'), runOf().signal)).rejects.toThrow(
      code('SECRET_UNKNOWN'),
    );
    expect(iam.actions).toEqual([]);
  });
});
