import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerNote } from '../contracts/ledger-entry.ts';
import { personal } from '../contracts/personal.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import { type ChainWriter, chainAppender } from './append.ts';
import type { StoredLink } from './chain.ts';
import { type ChainHead, emptyChain, GENESIS, MAX_PAYLOAD_BYTES, payloadBytes, sealDraft, sealEntry } from './entry.ts';
import { verifyChain, verifyLedger } from './verify.ts';

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
    return {
      seq: entry.seq,
      stored: { bytes, columns: { hash, subjectKind: 'finding', subjectId: `f${n}` } },
      payload,
    };
  });
  return { head, links };
}

async function* each(links: readonly StoredLink[]): AsyncIterable<readonly StoredLink[]> {
  for (let at = 0; at < links.length; at += 2) yield links.slice(at, at + 2);
}

const verdictOn = (links: readonly StoredLink[], head: ChainHead | null) =>
  verifyChain({ tenant: 'acme', head, links: each(links), checkpoints: [] });

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
  /** Puts drafts in place as a store does. */
  const writer = (written: ChainHead[], spoil = ''): ChainWriter => ({
    append: async (_tenant, draft) => {
      const before = written.at(-1) ?? emptyChain;
      const { entry, hash } = sealDraft(draft, before);
      written.push({ seq: entry.seq, hash });
      return { before, hash: `${hash}${spoil}` };
    },
    seal: async (_tenant, note, subjects) => ({ ...note, payload: { sealed: subjects } }),
  });

  it('gives each of many calls at once a place of its own', async () => {
    const written: ChainHead[] = [];
    const append = chainAppender(writer(written), { now: () => at });
    const failed = append('acme', note('a\0b'));
    const entries = await Promise.all(['a', 'b', 'c'].map((id) => append('acme', note(id))));
    await expect(failed).rejects.toThrow();
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(entries.map(({ subject }) => subject.id)).toEqual(['a', 'b', 'c']);
    expect(entries.map(({ prev }) => prev)).toEqual([GENESIS, written[0]?.hash, written[1]?.hash]);
  });

  it('keeps the order of calls where some must first wait for a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (marked) => {
        const append = chainAppender(writer([]), { now: () => at });
        const calls = marked.map((isPersonal, n) =>
          append('acme', note(`f${n}`, isPersonal ? { name: personal('a', n) } : { n })),
        );
        const failed = append('acme', note('g', { name: personal('', 1) }));
        await expect(failed).rejects.toThrow(expect.objectContaining({ code: 'LEDGER_BAD_SUBJECT' }));
        const entries = await Promise.all(calls);
        expect(entries.map(({ seq }) => seq)).toEqual(marked.map((_, n) => n + 1));
      }),
    );
  });

  it('does not believe a store that stored something else', async () => {
    const append = chainAppender(writer([], '0'), { now: () => at });
    await expect(append('acme', note('a'))).rejects.toThrow(
      expect.objectContaining({ code: 'LEDGER_STORED_OTHERWISE' }),
    );
  });

  it('finds the place in an entry whatever its texts say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hostile = `${text}"prev":"${GENESIS}","seq":1`;
        const actor = { kind: 'ai', id: hostile, version: hostile } as const;
        const { entry, bytes } = sealEntry('acme', { seq: 7, hash: 'f'.repeat(64) }, { ...note('x'), actor }, at);
        expect(Buffer.from(bytes).toString()).toBe(canonicalJson(entry));
        expect(entry).toMatchObject({ seq: 8, prev: 'f'.repeat(64) });
      }),
    );
  });
});

describe('verifying', () => {
  it('passes what was appended', async () => {
    const { head, links } = chainOf(20);
    expect(await verdictOn(links, head)).toEqual({
      tenant: 'acme',
      entries: 20,
      head: head.hash,
      signed: null,
      checkpoints: { agree: 0, strangers: 0 },
      problem: null,
    });
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
      const prev = links[position - 1]?.stored?.columns?.hash ?? GENESIS;
      const { bytes, hash, payload } = sealEntry('acme', { seq: position, hash: prev }, note('forged'), at);
      const stored = { bytes, columns: { hash, subjectKind: 'finding', subjectId: 'forged' } };
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
        links.with(1, {
          ...second,
          stored: second.stored?.columns
            ? { ...second.stored, columns: { ...second.stored.columns, subjectId: 'x' } }
            : null,
        }),
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
    const hash = sha256(bytes);
    const stored = { bytes, columns: { hash, subjectKind: 'finding', subjectId: 'f0' } };
    const { problem } = await verdictOn([{ ...only, stored }], { seq: 1, hash });
    expect(problem?.what).toContain('canonical');
  });

  it('reports the first problem over all chains', async () => {
    const good = chainOf(2);
    const verdict = await verifyLedger(
      (async function* () {
        yield { tenant: 'acme', head: good.head, links: each(good.links), checkpoints: [] };
        yield { tenant: 'other', head: null, links: each([]), checkpoints: [] };
      })(),
    );
    expect(verdict).toMatchObject({ verified: false, entries: 2, problem: { tenant: 'other' } });
  });
});
