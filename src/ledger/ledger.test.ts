import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerNote } from '../contracts/ledger-entry.ts';
import { sha256 } from '../kernel/ids.ts';
import { chainAppender } from './append.ts';
import {
  type ChainHead,
  emptyChain,
  entryBytes,
  GENESIS,
  MAX_PAYLOAD_BYTES,
  payloadBytes,
  sealEntry,
} from './entry.ts';
import { type StoredLink, verifyChain, verifyLedger } from './verify.ts';

const at = Date.UTC(2026, 2, 1, 12);

function note(id: string, payload: unknown = { id }): LedgerNote {
  return {
    actor: { kind: 'human', id: 'ann', version: '' },
    onBehalfOf: null,
    type: 'finding.determined',
    subject: { kind: 'finding', id, revision: 1 },
    payload,
  };
}

function chainOf(length: number): { head: ChainHead; links: StoredLink[] } {
  let head = emptyChain;
  const links = Array.from({ length }, (_, n) => {
    const { entry, bytes, hash, payload } = sealEntry('acme', head, note(`f${n}`), at + n);
    head = { seq: entry.seq, hash };
    return { seq: entry.seq, stored: { bytes, hash, subjectKind: 'finding', subjectId: `f${n}` }, payload };
  });
  return { head, links };
}

async function* each(links: readonly StoredLink[]): AsyncIterable<StoredLink> {
  yield* links;
}

const verdictOn = (links: readonly StoredLink[], head: ChainHead | null) =>
  verifyChain({ tenant: 'acme', head, links: each(links) });

/** `bytes` with one bit of one byte turned. */
function turned(bytes: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

describe('ledger entries', () => {
  it('are chained by the hash of canonical bytes', () => {
    const first = sealEntry('acme', emptyChain, note('f', { b: 1, a: [2] }), at);
    expect(Buffer.from(first.bytes).toString()).toBe(
      `{"actor":{"id":"ann","kind":"human","version":""},"at":"2026-03-01T12:00:00.000Z","onBehalfOf":null,` +
        `"payloadHash":"${sha256('{"a":[2],"b":1}')}","prev":"${GENESIS}","seq":1,` +
        `"subject":{"id":"f","kind":"finding","revision":1},"tenant":"acme","type":"finding.determined","v":1}`,
    );
    const second = sealEntry('acme', { seq: 1, hash: first.hash }, note('g'), at);
    expect(second.entry).toMatchObject({ seq: 2, prev: sha256(first.bytes) });
  });

  it('take any payload that JSON can hold, hostile text included', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        const payload = { json: JSON.parse(json), text, lone: `${text}\ud800` };
        expect(() => payloadBytes(payload)).not.toThrow();
      }),
    );
    expect(Buffer.from(payloadBytes({ 'k\udc00': ['\ud800'] })).toString()).toBe('{"k\ufffd":["\ufffd"]}');
  });

  it('refuse what could not be checked later', () => {
    expect(() => payloadBytes('x'.repeat(MAX_PAYLOAD_BYTES))).toThrow(
      expect.objectContaining({ code: 'LEDGER_PAYLOAD_TOO_LARGE' }),
    );
    expect(() => payloadBytes(undefined)).toThrow(expect.objectContaining({ code: 'CANONICAL_JSON_UNDEFINED' }));
    for (const id of ['a\0b', 'a\ud800']) {
      expect(() => sealEntry('acme', emptyChain, note(id), at)).toThrow(
        expect.objectContaining({ code: 'LEDGER_BAD_SUBJECT' }),
      );
    }
  });
});

describe('appending', () => {
  it('gives each of many calls at once a place of its own', async () => {
    const written: number[] = [];
    let reads = 0;
    const append = chainAppender(
      {
        lockHead: async () => {
          reads++;
          return emptyChain;
        },
        store: async (_tenant, { entry }) => {
          written.push(entry.seq);
        },
      },
      { now: () => at },
    );
    const failed = append('acme', note('a\0b'));
    const entries = await Promise.all(['a', 'b', 'c'].map((id) => append('acme', note(id))));
    await expect(failed).rejects.toThrow();
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(written).toEqual([1, 2, 3]);
    expect(reads).toBe(2);
  });
});

describe('verifying', () => {
  it('passes what was appended', async () => {
    const { head, links } = chainOf(20);
    expect(await verdictOn(links, head)).toEqual({ tenant: 'acme', entries: 20, head: head.hash, problem: null });
    expect(await verdictOn([], emptyChain)).toMatchObject({ entries: 0, problem: null });
  });

  it('finds every byte changed in an entry or a payload, and names the row', async () => {
    const { head, links } = chainOf(3);
    for (const [position, link] of links.entries()) {
      for (let n = 0; n < (link.stored?.bytes.length ?? 0); n++) {
        const stored = link.stored && { ...link.stored, bytes: turned(link.stored.bytes, n) };
        const { problem } = await verdictOn(links.with(position, { ...link, stored }), head);
        expect(problem?.row, `byte ${n}`).toBe(`ledger_entries (tenant_id=acme, seq=${link.seq})`);
      }
      for (let n = 0; n < (link.payload?.length ?? 0); n++) {
        const { problem } = await verdictOn(
          links.with(position, { ...link, payload: link.payload && turned(link.payload, n) }),
          head,
        );
        expect(problem?.row, `byte ${n}`).toBe(`ledger_payloads (tenant_id=acme, seq=${link.seq})`);
      }
    }
  });

  it('finds an entry rewritten together with its hash', async () => {
    const { head, links } = chainOf(5);
    const forged = (position: number) => {
      const prev = links[position - 1]?.stored?.hash ?? GENESIS;
      const { entry, hash, payload } = sealEntry('acme', { seq: position, hash: prev }, note('forged'), at);
      const stored = { bytes: entryBytes(entry), hash, subjectKind: 'finding', subjectId: 'forged' };
      return links.with(position, { seq: position + 1, stored, payload });
    };
    expect((await verdictOn(forged(1), head)).problem).toMatchObject({ seq: 3, what: expect.stringContaining('prev') });
    expect((await verdictOn(forged(4), head)).problem?.row).toBe('ledger_heads (tenant_id=acme)');
  });

  it('finds what is missing, moved, repeated or cut off', async () => {
    const { head, links } = chainOf(6);
    const [, second, third] = links;
    if (second === undefined || third === undefined) throw new Error('short chain');
    const cases: readonly (readonly [what: string, links: StoredLink[], row: string])[] = [
      ['entry gone', links.toSpliced(1, 1), 'ledger_entries (tenant_id=acme, seq=2)'],
      [
        'entry gone, payload left',
        links.with(1, { ...second, stored: null }),
        'ledger_entries (tenant_id=acme, seq=2)',
      ],
      ['payload gone', links.with(1, { ...second, payload: null }), 'ledger_payloads (tenant_id=acme, seq=2)'],
      [
        'two swapped',
        links.with(1, { ...third, seq: 2 }).with(2, { ...second, seq: 3 }),
        'ledger_entries (tenant_id=acme, seq=2)',
      ],
      [
        'payload of nobody',
        [...links, { seq: 9, stored: null, payload: Buffer.from('{}') }],
        'ledger_payloads (tenant_id=acme, seq=9)',
      ],
      ['tail cut', links.slice(0, 4), 'ledger_heads (tenant_id=acme)'],
      [
        'subject column',
        links.with(1, { ...second, stored: second.stored && { ...second.stored, subjectId: 'x' } }),
        'ledger_entries (tenant_id=acme, seq=2)',
      ],
    ];
    for (const [what, changed, row] of cases) expect((await verdictOn(changed, head)).problem?.row, what).toBe(row);
    expect((await verdictOn(links, null)).problem?.row).toBe('ledger_heads (tenant_id=acme)');
  });

  it('finds bytes that mean the same and are not canonical', async () => {
    const [only] = chainOf(1).links;
    if (only?.stored == null) throw new Error('short chain');
    const bytes = Buffer.from(` ${Buffer.from(only.stored.bytes).toString()}`);
    const stored = { ...only.stored, bytes, hash: sha256(bytes) };
    const { problem } = await verdictOn([{ ...only, stored }], { seq: 1, hash: stored.hash });
    expect(problem?.what).toContain('canonical');
  });

  it('reports the first problem over all chains', async () => {
    const good = chainOf(2);
    const verdict = await verifyLedger(
      (async function* () {
        yield { tenant: 'acme', head: good.head, links: each(good.links) };
        yield { tenant: 'other', head: null, links: each([]) };
      })(),
    );
    expect(verdict).toMatchObject({ verified: false, entries: 2, problem: { tenant: 'other' } });
  });
});
