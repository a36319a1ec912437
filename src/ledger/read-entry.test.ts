import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { readEntry, readThoroughly } from './read-entry.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const odd = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
  fc.constant({}),
  fc.constant(-0),
  fc.constant(1e21),
);
const entry = fc.record({
  actor: fc.record({ id: text, kind: fc.constantFrom('human', 'ai', 'system'), version: text }),
  at: text,
  onBehalfOf: fc.option(text),
  payloadHash: hash,
  prev: hash,
  seq: fc.integer({ min: 1 }),
  subject: fc.record({ id: text, kind: text, revision: fc.option(fc.integer()) }),
  tenant: text,
  type: text,
  v: fc.constant(1),
});
const fields = [
  'actor',
  'at',
  'onBehalfOf',
  'payloadHash',
  'prev',
  'seq',
  'subject',
  'tenant',
  'type',
  'v',
  'more',
  '__proto__',
];

/** Entries, and what is nearly one: a field changed, left out or added, another order, other bytes. */
const bytes = fc
  .tuple(
    entry,
    fc.constantFrom(...fields),
    odd,
    fc.constantFrom('as is', 'field', 'order', 'space', 'surrogate', 'byte', 'bom'),
    fc.nat(),
  )
  .map(([value, field, other, how, place]) => {
    const changed = JSON.parse(JSON.stringify(value));
    if (how === 'field') Object.defineProperty(changed, field, { value: other, enumerable: true });
    if (how === 'surrogate') changed.type = `${changed.type}\ud800`;
    const written =
      how === 'order' || how === 'surrogate'
        ? JSON.stringify(changed)
        : `${how === 'bom' ? '\ufeff' : ''}${canonicalJson(changed)}`;
    const out = Buffer.from(how === 'space' ? written.replace(':', ': ') : written);
    if (how === 'byte') out[place % out.length] = place & 0xff;
    return out;
  });

it('reads fast what it reads thoroughly, and refuses the same', () => {
  let entries = 0;
  fc.assert(
    fc.property(bytes, (each) => {
      const read = readEntry(each);
      if (typeof read !== 'string') entries++;
      expect(read).toEqual(readThoroughly(each));
    }),
    { numRuns: 3000 },
  );
  expect(entries).toBeGreaterThan(300);
});
