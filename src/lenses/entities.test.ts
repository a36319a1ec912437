import { expect, test } from 'vitest';
import { draft } from './activity.ts';
import { entitiesOf } from './index.ts';

const ref = (key: string | undefined) => ({ key, pid: undefined, image: undefined, commandLine: undefined });

test('every entity once, in a fixed order', () => {
  const activity = {
    ...draft('process_access', 'ws1', 'x'),
    user: 'ana',
    targetUser: 'ana',
    process: ref('ws1|1'),
    parent: ref(undefined),
    target: ref('ws1|2'),
    sourceAddress: '10.0.0.1',
    remoteAddress: '10.0.0.1',
    domain: 'c2.example.net',
    file: 'C:\\Temp\\X.exe',
    principal: 'arn:x',
    resource: 'bucket',
  };
  expect(entitiesOf(activity).map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'host ws1',
    'user ana',
    'process ws1|1',
    'process ws1|2',
    'address 10.0.0.1',
    'domain c2.example.net',
    'file c:\\temp\\x.exe',
    'cloud_principal arn:x',
    'cloud_resource bucket',
  ]);
  expect(entitiesOf(draft('other', undefined, undefined))).toEqual([]);
});
