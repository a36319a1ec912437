import { expect, test } from 'vitest';
import { type Door, doorNames, snippetFor } from './snippets.ts';

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
