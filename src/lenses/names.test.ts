import { expect, test } from 'vitest';
import { address, domainName, hostName, networkAddress, userName } from './names.ts';

test.each([
  ['CORP\\Ana.Silva', 'ana.silva'],
  ['ana.silva@corp.example', 'ana.silva'],
  ['NT AUTHORITY\\SYSTEM', 'system'],
  ['NT AUTHORITY\\LOCAL SERVICE', 'local service'],
  ['WS1$', 'ws1$'],
  ['Window Manager\\DWM-2', 'dwm-2'],
  ['-', undefined],
  ['', undefined],
  ['CORP\\', undefined],
  ['N/A', undefined],
  [null, undefined],
  [1001, '1001'],
])('userName %s', (value, expected) => {
  expect(userName(value)).toBe(expected);
});

test.each([
  ['WS1.corp.example', 'ws1'],
  ['WS1', 'ws1'],
  ['\\\\WS1', 'ws1'],
  ['10.1.2.3', '10.1.2.3'],
  ['-', undefined],
  [undefined, undefined],
])('hostName %s', (value, expected) => {
  expect(hostName(value)).toBe(expected);
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.2.3:445', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['[2001:DB8::1]:25138', '2001:db8::1'],
  ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80:0:0:0:1:0:0:1', 'fe80::1:0:0:1'],
  ['fe80::1%12', 'fe80::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['::', '::'],
  ['LOCAL', undefined],
  ['console.amazonaws.com', undefined],
  ['1:2:3', undefined],
  ['::1::2', undefined],
  ['-', undefined],
])('address %s', (value, expected) => {
  expect(address(value)).toBe(expected);
});

test('an address that names no machine is none', () => {
  for (const value of ['127.0.0.1', '::1', '0.0.0.0', '::', '127.8.8.8']) expect(networkAddress(value)).toBeUndefined();
  expect(networkAddress('192.0.2.7')).toBe('192.0.2.7');
});

test('domain names', () => {
  expect(domainName('WWW.Example.COM.')).toBe('www.example.com');
  expect(domainName('10.0.0.1')).toBeUndefined();
  expect(domainName('-')).toBeUndefined();
});
