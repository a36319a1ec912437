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

test('names that are too long or hide characters are bounded, and two that differ stay two', () => {
  const long = 'u'.repeat(5_000_000);
  const activity = {
    ...draft('logon', 'ws1', 'x'),
    user: `${long}1`,
    targetUser: `${long}2`,
    principal: 'ana\u202Egpj.exe',
  };
  const found = entitiesOf(activity);
  expect(found.map(({ kind }) => kind)).toEqual(['host', 'user', 'user', 'cloud_principal']);
  for (const { value } of found) {
    expect(value.length).toBeLessThanOrEqual(256);
    expect(value).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
  expect(new Set(found.map(({ value }) => value)).size).toBe(4);
});
