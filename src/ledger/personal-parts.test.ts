import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedPerson, Personal, personal } from '../contracts/personal.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { payloadBytes } from './entry.ts';
import { keysOfParts, openParts, type PartPlace, personalSubjects, sealParts } from './personal-parts.ts';
import { newSubjectKey, unwrapKey, wrapKey } from './subject-key.ts';

const place: PartPlace = {
  tenant: 'acme',
  type: 'determination.made',
  subject: { kind: 'finding', id: 'f1', revision: 1 },
};
const keys = new Map(['a', 'b'].map((subject) => [subject, { id: `key-of-${subject}`, bytes: newSubjectKey() }]));
const keyOf = (subject: string) => keys.get(subject) ?? { id: 'none', bytes: newSubjectKey() };
const byId = (id: string) => [...keys.values()].find((key) => key.id === id) ?? 'unknown';

const sealed = (payload: unknown) => Buffer.from(payloadBytes(sealParts(payload, place, keyOf))).toString('utf8');

/** A payload with personal values at random places, and what it says in the clear. */
const payloads = fc.letrec<{ node: { marked: unknown; plain: unknown } }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue().map((value) => ({ marked: value as unknown, plain: value as unknown })),
    fc
      .tuple(fc.constantFrom('a', 'b'), fc.jsonValue())
      .map(([subject, value]) => ({ marked: personal(subject, value) as unknown, plain: value as unknown })),
    fc.array(tie('node'), { maxLength: 4 }).map((items) => ({
      marked: items.map(({ marked }) => marked),
      plain: items.map(({ plain }) => plain),
    })),
    fc.dictionary(fc.string(), tie('node'), { maxKeys: 4, noNullPrototype: true }).map((members) => {
      const each = Object.entries(members);
      return {
        marked: Object.fromEntries(each.map(([name, { marked }]) => [name, marked])) as unknown,
        plain: Object.fromEntries(each.map(([name, { plain }]) => [name, plain])) as unknown,
      };
    }),
  ),
})).node;

describe('personal parts', () => {
  it('are read back as they were, wherever they stand', () => {
    fc.assert(
      fc.property(payloads, ({ marked, plain }) => {
        expect(canonicalJson(openParts(sealed(marked), place, byId))).toBe(canonicalJson(plain));
      }),
    );
  });

  it('are nowhere in what is stored, which names whom they are about and nothing more', () => {
    const payload = {
      by: namedPerson({ id: '7', name: 'Dorothea Zyx' }),
      list: [personal('a', { mail: 'zyx@x.test' })],
    };
    expect(personalSubjects(payload)).toEqual(['a', 'account:7']);
    const stored = sealed(payload);
    expect(stored).not.toMatch(/Dorothea|Zyx|mail|x\.test/i);
    expect(JSON.parse(stored).by).toMatchObject({ id: '7', name: { $personal: { subject: 'account:7' } } });
    expect(sealed(payload)).not.toBe(stored);
  });

  it('cannot be written in the clear by an oversight', () => {
    expect(() => payloadBytes({ by: personal('a', 'Ann') })).toThrow(
      expect.objectContaining({ code: 'LEDGER_PERSONAL_UNSEALED' }),
    );
    expect(() => JSON.stringify(new Personal('a', 'Ann'))).toThrow();
  });

  it('are shown as erased where the key was destroyed, and as sealed where it cannot be had', () => {
    const stored = sealed({ verdict: 'threat', name: personal('a', 'Ann'), other: personal('b', 'Bob') });
    expect(keysOfParts(stored).toSorted()).toEqual(['key-of-a', 'key-of-b']);
    const read = openParts(stored, place, (id) => (id === 'key-of-a' ? 'destroyed' : byId(id)));
    expect(read).toEqual({ verdict: 'threat', name: { erased: true, subject: 'a' }, other: 'Bob' });
    expect(openParts(stored, place, () => 'unknown')).toMatchObject({ name: { sealed: true, subject: 'a' } });
  });

  it('do not open in another entry, for another subject, or changed by a bit', () => {
    const stored = sealed({ name: personal('a', 'Ann') });
    const unread = { name: { sealed: true, subject: expect.any(String) } };
    for (const other of [
      { ...place, tenant: 'blue' },
      { ...place, type: 'finding.reopened' },
      { ...place, subject: { ...place.subject, id: 'f2' } },
    ])
      expect(openParts(stored, other, byId)).toEqual(unread);
    expect(openParts(stored.replace('"subject":"a"', '"subject":"b"'), place, byId)).toEqual(unread);
    const { data } = JSON.parse(stored).name.$personal;
    const flipped = Buffer.from(data, 'base64').map((byte, n) => (n === 0 ? byte ^ 1 : byte));
    expect(openParts(stored.replace(data, Buffer.from(flipped).toString('base64')), place, byId)).toEqual(unread);
  });

  it('are not taken for what merely looks like one', () => {
    const hostile = { $personal: { subject: 'a', key: 'key-of-a', nonce: 'AAAA', data: 'AAAA', more: 1 } };
    expect(openParts(sealed({ hostile, n: { $personal: 1 } }), place, byId)).toEqual({ hostile, n: { $personal: 1 } });
    const exact = { $personal: { subject: 'a', key: 'key-of-a', nonce: 'AAAA', data: 'AAAA' } };
    expect(openParts(sealed(exact), place, byId)).toEqual({ sealed: true, subject: 'a' });
  });

  it('are about a subject that can be named', () => {
    for (const subject of ['', 'a\0', '\ud800', 'x'.repeat(201)])
      expect(() => personalSubjects([personal(subject, 1)])).toThrow(
        expect.objectContaining({ code: 'LEDGER_BAD_SUBJECT' }),
      );
  });
});

describe('a subject key', () => {
  it('is unwrapped with the key that wrapped it, at its own place, and not otherwise', () => {
    const [wrapping, other] = [newSubjectKey(), newSubjectKey()].map((bytes, n) => ({ id: String(n), bytes }));
    if (wrapping === undefined || other === undefined) throw new Error('two were made');
    const where = { tenant: 'acme', subject: 'a', key: 'k' };
    const key = newSubjectKey();
    const wrapped = wrapKey(wrapping, where, key);
    expect(unwrapKey(wrapping, where, wrapped)).toEqual(Buffer.from(key));
    expect(unwrapKey(other, where, wrapped)).toBeNull();
    for (const elsewhere of [
      { ...where, tenant: 'blue' },
      { ...where, subject: 'b' },
      { ...where, key: 'l' },
    ])
      expect(unwrapKey(wrapping, elsewhere, wrapped)).toBeNull();
    expect(unwrapKey(wrapping, where, wrapped.subarray(0, 20))).toBeNull();
  });
});
