import { expect, test } from 'vitest';
import { type Door, doorNames, reachableDoor, snippetFor } from './snippets.ts';

const token = `bws_${'a'.repeat(43)}`;

test.each(Object.keys(doorNames) as Door[])(
  '%s: the snippet has the token where a shipper sends one, and once',
  (door) => {
    const text = snippetFor(door, { host: 'soc.example.org', id: 'winlog', token });
    expect(text.split(token)).toHaveLength(door === 'file' || door === 'nats' ? 1 : 2);
    expect(text).not.toMatch(/undefined|\bnull\b/);
    // A token in a URL ends up in logs.
    expect(text).not.toMatch(/[?&](token|api_key)=/);
  },
);

test.each(['bulk', 'hec', 'otlp'] as const)('%s: the snippet has the address of the door where it is known', (door) => {
  const text = snippetFor(door, { host: 'soc.example.org', id: 'winlog', token, url: 'https://10.0.0.5:9200' });
  expect(text).toContain('https://10.0.0.5:9200');
  expect(text).not.toMatch(/<port>|soc\.example/);
});

test.each([
  ['https://0.0.0.0:9200', 'https://soc.example.org:9200'],
  ['https://[::]:9200', 'https://soc.example.org:9200'],
  ['http://127.0.0.1:9200', 'http://127.0.0.1:9200'],
])('the door %s is reached at %s', (door, url) => {
  expect(reachableDoor(door, 'soc.example.org')).toBe(url);
});
