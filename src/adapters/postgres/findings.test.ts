import { describe, expect, it } from 'vitest';
import { code, onEveryStore } from '../../../test/store-backends.ts';
import { determination, finding, note, stored } from '../../../test/store-rows.ts';
import type { FindingPage } from '../../ports/state-store.ts';

onEveryStore('findings', ({ room, newTenant, asOwner }) => {
  describe('findings', () => {
    it('keeps every revision and refuses one that is not higher', async () => {
      const a = await newTenant();
      const { store } = room();
      const put = (revision: number, title: string) =>
        store.withTenants([a], (tx) =>
          tx.findings.put(stored(finding(a, 'f', { revision, title }), { visibleAt: revision, updatedAt: revision })),
        );
      await put(1, 'one');
      await put(3, 'three');
      for (const revision of [3, 2, 1])
        await expect(put(revision, 'late')).rejects.toThrow(code('STATE_STALE_REVISION'));
      const got = await store.withTenants([a], (tx) => tx.findings.get(a, 'f'));
      expect(got).toMatchObject({
        finding: { title: 'three', revision: 3 },
        visibleAt: 1,
        updatedAt: 3,
        status: 'open',
      });
      const kept = await asOwner(
        `SELECT revision, document->>'title' AS title FROM finding_revisions WHERE tenant_id = $1 ORDER BY 1`,
        [a],
      );
      expect(kept).toEqual([
        { revision: 1, title: 'one' },
        { revision: 3, title: 'three' },
      ]);
    });

    it('lets exactly one of many writers of a revision through', async () => {
      const a = await newTenant();
      const writers = Array.from({ length: 8 }, (_, n) =>
        room().store.withTenants([a], (tx) => tx.findings.put(stored(finding(a, 'f', { title: String(n) })))),
      );
      const outcomes = await Promise.allSettled(writers);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toEqual(code('STATE_STALE_REVISION'));
      }
    });

    it('gives a locked finding as the writer before left it', async () => {
      const a = await newTenant();
      const { store } = room();
      await store.withTenants([a], (tx) => tx.findings.put(stored(finding(a, 'f', { revision: 1 }))));
      const grow = () =>
        store.withTenants([a], async (tx) => {
          const before = await tx.findings.get(a, 'f', true);
          if (before === null) throw new Error('gone');
          await tx.findings.put(stored({ ...before.finding, revision: before.finding.revision + 1 }));
        });
      await Promise.all(Array.from({ length: 6 }, grow));
      expect(await store.withTenants([a], (tx) => tx.findings.get(a, 'f'))).toMatchObject({
        finding: { revision: 7 },
      });
    });

    it('pages by threat probability, then id, without gap or repetition', async () => {
      const a = await newTenant();
      const { store } = room();
      const ranks = [0.9, 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2, 0.05];
      await store.withTenants([a], async (tx) => {
        for (const [n, threatProbability] of ranks.entries())
          await tx.findings.put(stored(finding(a, `f${n}`, { threatProbability })));
      });
      const seen: string[] = [];
      for (let cursor: string | null = null, pages = 0; pages === 0 || cursor !== null; pages++) {
        const at: string | null = cursor;
        const page: FindingPage = await store.withTenants([a], (tx) => tx.findings.page(a, { status: 'open' }, at, 2));
        seen.push(...page.items.map((item) => item.finding.id));
        cursor = page.next;
      }
      expect(seen).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
      const bad = store.withTenants([a], (tx) => tx.findings.page(a, {}, 'bm9wZQ', 2));
      await expect(bad).rejects.toThrow(code('STATE_BAD_CURSOR'));
    });

    it('follows merges to the end and lists the survivor only', async () => {
      const a = await newTenant();
      const { store } = room();
      await store.withTenants([a], async ({ findings }) => {
        for (const id of ['f1', 'f2', 'f3']) await findings.put(stored(finding(a, id)));
        await findings.alias(a, 'f3', 'f2');
        await findings.alias(a, 'f2', 'f1');
        await findings.alias(a, 'f3', 'f1');
        for (const id of ['f1', 'f2', 'f3']) expect((await findings.get(a, id))?.finding.id).toBe('f1');
        expect((await findings.page(a, {}, null, 10)).items.map((item) => item.finding.id)).toEqual(['f1']);
        expect(await findings.counts(a)).toEqual({ open: 1, determined: 0, closed: 0 });
      });
      await expect(store.withTenants([a], (tx) => tx.findings.alias(a, 'f1', 'f3'))).rejects.toThrow(
        code('STATE_ALIAS_CYCLE'),
      );
      await expect(store.withTenants([a], (tx) => tx.findings.alias(a, 'f9', 'f8'))).rejects.toThrow(
        code('STATE_UNKNOWN_FINDING'),
      );
    });

    it('keeps text that databases dislike', async () => {
      const a = await newTenant();
      const title = 'nul \0, lone \ud800, quote \' " \\, emoji 🦉';
      const raw = 'line with \0 and \u2028';
      await room().store.withTenants([a], async (tx) => {
        await tx.ledger.append(a, note('f', { title }));
        await tx.findings.put(stored(finding(a, 'f', { title })));
        await tx.evidence.put(a, [{ id: 'e', time: 1, lens: 'x', file: '-', line: 1, raw }]);
      });
      await room().store.withTenants([a], async (tx) => {
        expect((await tx.findings.get(a, 'f'))?.finding.title).toBe(title);
        expect((await tx.evidence.get(a, ['absent', 'e'])).map((event) => event.raw)).toEqual([raw]);
        expect((await tx.ledger.list(a, 0, 1))[0]?.payload).toEqual({ title: title.toWellFormed() });
      });
      const nul = room().store.withTenants([a], (tx) =>
        tx.determinations.append(determination(a, 'f', 'd', { note: 'a\0b' })),
      );
      await expect(nul).rejects.toThrow(code('STATE_TEXT_NUL'));
    });
  });

  describe('determinations', () => {
    it('supersedes by what comes later and never by an update', async () => {
      const a = await newTenant();
      const { store } = room();
      const by = { kind: 'system', id: 'triage', name: 'triage' } as const;
      await store.withTenants([a], (tx) => tx.findings.put(stored(finding(a, 'f'))));
      const state = () =>
        store.withTenants([a], async (tx) => ({
          stored: await tx.findings.get(a, 'f'),
          history: (await tx.determinations.ofFinding(a, 'f')).map(({ id, supersededAt }) => [id, supersededAt]),
        }));
      await store.withTenants([a], (tx) => tx.determinations.append(determination(a, 'f', 'd1', { at: 200 })));
      expect(await state()).toMatchObject({
        stored: { status: 'determined', determination: { id: 'd1' } },
        history: [['d1', null]],
      });
      await store.withTenants([a], (tx) =>
        tx.determinations.append(determination(a, 'f', 'd2', { at: 300, verdict: 'benign' })),
      );
      expect(await state()).toMatchObject({
        stored: { determination: { id: 'd2' } },
        history: [
          ['d1', 300],
          ['d2', null],
        ],
      });
      await store.withTenants([a], (tx) =>
        tx.determinations.reopen({ tenant: a, finding: 'f', revision: 1, reason: 'new tactic', by, at: 400 }),
      );
      expect(await state()).toMatchObject({
        stored: { status: 'open', determination: null },
        history: [
          ['d1', 300],
          ['d2', 400],
        ],
      });
      await store.withTenants([a], (tx) => tx.determinations.append(determination(a, 'f', 'd3', { at: 500 })));
      expect(await state()).toMatchObject({
        stored: { status: 'determined', determination: { id: 'd3' } },
        history: [
          ['d1', 300],
          ['d2', 400],
          ['d3', null],
        ],
      });
      const page = await store.withTenants([a], (tx) => tx.findings.page(a, { status: 'determined' }, null, 5));
      expect(page.items.map((item) => item.determination?.id)).toEqual(['d3']);
    });

    it('binds to the revision the person saw', async () => {
      const a = await newTenant();
      const { store } = room();
      await store.withTenants([a], async (tx) => {
        await tx.findings.put(stored(finding(a, 'f', { revision: 1 })));
        await tx.findings.put(stored(finding(a, 'f', { revision: 2 })));
      });
      const late = store.withTenants([a], (tx) =>
        tx.determinations.append(determination(a, 'f', 'd', { revision: 1 })),
      );
      await expect(late).rejects.toThrow(code('STATE_STALE_REVISION'));
      const unknown = store.withTenants([a], (tx) => tx.determinations.append(determination(a, 'g', 'd')));
      await expect(unknown).rejects.toThrow(code('STATE_UNKNOWN_FINDING'));
      const open = {
        tenant: a,
        finding: 'f',
        revision: 2,
        reason: '',
        by: { kind: 'human', id: 'ann', name: 'Ann' },
        at: 1,
      } as const;
      await expect(store.withTenants([a], (tx) => tx.determinations.reopen(open))).rejects.toThrow(
        code('STATE_NOT_DETERMINED'),
      );
    });
  });
});
