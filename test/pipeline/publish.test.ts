import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { Detection } from '../../src/contracts/detection.ts';
import type { SourceEvent } from '../../src/contracts/event.ts';
import { blindness, determine, drawFrom, mergeByPerson, splitByPerson } from '../../src/decide/index.ts';
import type { FindingListener } from '../../src/ports/listeners.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline, type Pipeline } from '../../src/topology.ts';
import { KnownFindings, publish } from '../../src/triage/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { processStart } from '../support/events.ts';

const rule = (id: string, image: string) => ({
  file: `${image}.yml`,
  text: `title: ${image} ran\nid: ${id}\nlevel: high\ntags: [attack.execution]\nlogsource: {category: process_creation}\ndetection:\n  sel:\n    image: ${image}\n  condition: sel\n`,
});
const { engine } = compileRules([
  rule('7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e11', 'a.exe'),
  rule('7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e12', 'b.exe'),
]);
const origin = { product: undefined, service: undefined, categories: ['process_creation'] };

/** A start that the rules above can see: they read the record, which holds `image` here. */
function started(id: string, minute: number, host: string, image: string): SourceEvent {
  const event = processStart(id, minute, host, 'ana', image);
  return { ...event, origin, record: { ...event.record, image } };
}

describe('publishing', () => {
  let opened: ThrowawayStore;
  let tenant: string;
  let pipeline: Pipeline;
  let known: KnownFindings;
  let count = 0;

  beforeAll(async () => {
    opened = await openThrowawayStore();
  });
  afterAll(() => opened.close());

  beforeEach(async () => {
    tenant = `t${++count}`;
    await opened.store.createTenant({ id: tenant, name: tenant });
    pipeline = createPipeline({ tenant, engine, lake: new MemoryLake(), playbooks: loadPlaybooks() });
    known = await KnownFindings.load(opened.store, tenant);
  });

  const settle = async (listeners: readonly FindingListener[] = []) => {
    known.learn(await opened.store.withTenants([tenant], (tx) => tx.review.splits(tenant)), opened.clock.now());
    return publish(pipeline.settle(known).surfaced, {
      store: opened.store,
      clock: opened.clock,
      actor: { kind: 'ai', id: 'triage', version: 'test' },
      known,
      evidenceOf: (ids) => ids.map((id) => ({ id, time: 0, lens: 'plain', file: 'test', line: 1, raw: '{}' })),
      listeners,
    });
  };
  const findings = async () =>
    (await opened.store.withTenants([tenant], (tx) => tx.findings.page(tenant, {}, null, 50))).items;
  const ledgerTypes = async () =>
    (await opened.store.withTenants([tenant], (tx) => tx.ledger.list(tenant, 0, 100))).map(({ entry }) => entry.type);

  it('opens a finding on a detection that rests on no event: a source that fell silent', async () => {
    const silent: Detection = {
      id: 'silent',
      tenant,
      detector: {
        kind: 'baseline',
        id: 'baseline:source-silent',
        version: '1',
        title: 'Source dc fell silent',
        level: 'medium',
        techniques: [],
        tactics: [],
        falsePositives: [],
      },
      events: [],
      at: 0,
      fields: [{ selection: 'baseline', field: 'source', value: 'dc', pattern: 'last heard 2026-01-05T00:00Z' }],
      entities: [],
    };
    pipeline.take([silent]);
    expect(await settle()).toEqual({ opened: 1, revised: 0, failed: [] });
    const [opened] = await findings();
    expect(opened?.finding).toMatchObject({ title: 'Source dc fell silent', events: [], entities: [] });
    expect(await settle()).toEqual({ opened: 0, revised: 0, failed: [] });
  });

  it('opens a finding once, with its ledger entry, and leaves it alone when nothing changed', async () => {
    pipeline.push([started('e1', 0, 'ws1', 'a.exe')]);
    expect(await settle()).toEqual({ opened: 1, revised: 0, failed: [] });
    expect(await settle()).toEqual({ opened: 0, revised: 0, failed: [] });
    expect((await ledgerTypes()).filter((type) => type.startsWith('finding.'))).toEqual(['finding.opened']);
  });

  it('keeps the id, raises the revision and keeps what was first said when the story grows', async () => {
    pipeline.push([started('e1', 5, 'ws1', 'a.exe')]);
    await settle();
    const [first] = await findings();
    // Earlier in event time than what founded the story: the id must not move to it.
    pipeline.push([started('e0', 1, 'ws1', 'b.exe')]);
    expect(await settle()).toEqual({ opened: 0, revised: 1, failed: [] });
    const [grown] = await findings();
    expect(grown?.finding.id).toBe(first?.finding.id);
    expect(grown?.finding.revision).toBe(2);
    expect(grown?.firstSeen).toEqual(first?.firstSeen);
  });

  it('reopens a determined finding when a new detector joins, with the determination still on record', async () => {
    pipeline.push([started('e1', 0, 'ws1', 'a.exe')]);
    await settle();
    const [before] = await findings();
    const id = before?.finding.id ?? '';
    await determine(opened.store, opened.clock, {
      tenant,
      findingId: id,
      expectedRevision: 1,
      verdict: 'benign',
      reason: 'authorised administration',
      note: '',
      by: await person(),
    });
    pipeline.push([started('e2', 3, 'ws1', 'b.exe')]);
    await settle();
    const [after] = await findings();
    expect(after).toMatchObject({ status: 'open', determination: null });
    const history = await opened.store.withTenants([tenant], (tx) => tx.determinations.ofFinding(tenant, id));
    expect(history.map(({ verdict, revision }) => [verdict, revision])).toEqual([['benign', 1]]);
    expect(await ledgerTypes()).toContain('finding.reopened');
  });

  it('merges two findings that turn out to be one: the older keeps its id, the other leads to it', async () => {
    pipeline.push([started('old', 0, 'ws1', 'a.exe'), started('new', 100, 'ws1', 'a.exe')]);
    await settle();
    const two = await findings();
    expect(two).toHaveLength(2);
    pipeline.push([started('bridge', 50, 'ws1', 'b.exe')]);
    await settle();
    const one = await findings();
    expect(one).toHaveLength(1);
    const gone = two.find(({ finding }) => finding.id !== one[0]?.finding.id)?.finding.id ?? '';
    const reached = await opened.store.withTenants([tenant], (tx) => tx.findings.get(tenant, gone));
    expect(reached?.finding.id).toBe(one[0]?.finding.id);
  });

  it('keeps a finding whole when what tied it together turns out to be shared ground', async () => {
    pipeline.push([started('old', 0, 'ws1', 'a.exe'), started('new', 100, 'ws1', 'a.exe')]);
    await settle();
    pipeline.push([started('bridge', 50, 'ws1', 'b.exe')]);
    await settle();
    const [whole] = await findings();
    // Many people turn up on the host: being on it is no link any more.
    pipeline.push(['p', 'q', 'r', 's', 't', 'u'].map((user, i) => processStart(`x${i}`, 1, 'ws1', user, 'other.exe')));
    expect((await settle()).failed).toEqual([]);
    const after = await findings();
    expect(after.map(({ finding }) => finding.id)).toEqual([whole?.finding.id]);
    expect(new Set(after[0]?.finding.events)).toEqual(new Set(['old', 'new', 'bridge']));
  });

  it('keeps on record what a person decided about a finding that another swallows, and asks again', async () => {
    pipeline.push([started('old', 0, 'ws1', 'a.exe'), started('new', 100, 'ws1', 'a.exe')]);
    opened.clock.set(opened.clock.now() + 1000);
    await settle();
    const by = await person();
    const reasons = { benign: 'authorised administration', threat: 'compromised host' } as const;
    const ids = (await findings()).map(({ finding }) => finding.id);
    const [survivor, gone] = ids.toSorted();
    for (const [findingId, verdict] of [
      [survivor, 'benign'],
      [gone, 'threat'],
    ] as const) {
      await determine(opened.store, opened.clock, {
        tenant,
        findingId: findingId ?? '',
        expectedRevision: 1,
        verdict,
        reason: reasons[verdict],
        note: '',
        by,
      });
    }
    pipeline.push([started('bridge', 50, 'ws1', 'a.exe')]);
    await settle();
    const [one] = await findings();
    expect(one).toMatchObject({ status: 'open', determination: null });
    const history = await opened.store.withTenants([tenant], (tx) =>
      tx.determinations.ofFinding(tenant, one?.finding.id ?? ''),
    );
    expect(history.map(({ verdict }) => verdict).toSorted()).toEqual(['benign', 'threat']);
    expect(await ledgerTypes()).toContain('finding.absorbed');
  });

  it('does not ask again for more of the same', async () => {
    pipeline.push([started('e1', 0, 'ws1', 'a.exe')]);
    await settle();
    const [before] = await findings();
    await determine(opened.store, opened.clock, {
      tenant,
      findingId: before?.finding.id ?? '',
      expectedRevision: 1,
      verdict: 'benign',
      reason: 'authorised administration',
      note: '',
      by: await person(),
    });
    pipeline.push([started('e2', 3, 'ws1', 'a.exe')]);
    await settle();
    expect((await findings())[0]).toMatchObject({ status: 'determined', determination: { verdict: 'benign' } });
  });

  it('keeps apart what a person took out, in this run and the next, until a person puts it back', async () => {
    pipeline.push([started('e1', 0, 'ws1', 'a.exe'), started('e2', 3, 'ws1', 'b.exe')]);
    await settle();
    const [whole] = await findings();
    const detections = whole?.finding.detections ?? [];
    const taken = detections.find(({ events }) => events.includes('e2'))?.id ?? '';
    const from = {
      tenant,
      findingId: whole?.finding.id ?? '',
      expectedRevision: 1,
      by: await person(),
      reason: 'other',
    };
    const split = (ids: readonly string[]) =>
      opened.store.withTenants([tenant], (tx) => splitByPerson(tx, opened.clock, { ...from, detections: ids }));
    const founder = detections.find(({ id }) => id !== taken)?.id ?? '';
    await expect(split([founder])).rejects.toMatchObject({ code: 'FINDING_SPLIT_FOUNDER' });
    opened.clock.set(opened.clock.now() + 1000);
    const { into } = await split([taken]);
    const events = async () =>
      new Map((await findings()).map(({ finding }) => [finding.id, finding.events.toSorted().join()]));
    const apart = new Map([
      [from.findingId, 'e1'],
      [into, 'e2'],
    ]);
    expect((await settle()).failed).toEqual([]);
    expect(await events()).toEqual(apart);
    // The pipeline has weighed both anew.
    expect((await findings()).every(({ finding }) => finding.investigation.playbook !== 'none')).toBe(true);
    known = await KnownFindings.load(opened.store, tenant);
    await settle();
    expect(await events()).toEqual(apart);
    const at = async (id: string) => (await findings()).find(({ finding }) => finding.id === id)?.finding.revision ?? 0;
    const back = { ...from, expectedRevision: await at(from.findingId) };
    const other = { findingId: into, expectedRevision: await at(into) };
    await opened.store.withTenants([tenant], (tx) => mergeByPerson(tx, opened.clock, { ...back, with: other }, []));
    for (let run = 0; run < 3; run++) await settle();
    expect(await events()).toEqual(new Map([[from.findingId, 'e1,e2']]));
  });

  it('blinds a share that is drawn, the same at each run, and every finding of a family in shadow', async () => {
    const draw = drawFrom('a secret of the test');
    const drawn = Array.from({ length: 4000 }, (_, n) => draw('blind', tenant, `f${n}`));
    expect(drawn).toEqual(Array.from({ length: 4000 }, (_, n) => draw('blind', tenant, `f${n}`)));
    // Binomial(4000, 0.1): five standard deviations are 95.
    expect(Math.abs(drawn.filter((value) => value < 0.1).length - 400)).toBeLessThan(95);
    const listener = (value: number, shadowed: boolean) =>
      blindness({ clock: opened.clock, draw: () => value, isShadowed: async () => shadowed });
    const kept = async (image: string, host: string, value: number, shadowed: boolean) => {
      pipeline.push([started(`${image}-${host}`, 0, host, image)]);
      await settle([listener(value, shadowed)]);
      const all = await findings();
      const { finding } =
        all.find(({ finding: each }) => each.entities.some((entity) => entity.value === host)) ?? all[0] ?? {};
      return opened.store.withTenants([tenant], (tx) => tx.review.blindAssignment(tenant, finding?.id ?? ''));
    };
    expect(await kept('a.exe', 'ws1', 0.0999, false)).toMatchObject({ why: 'sample', share: 0.1 });
    expect(await kept('a.exe', 'ws2', 0.1, false)).toBeNull();
    expect(await kept('a.exe', 'ws3', 0.9, true)).toMatchObject({ why: 'shadow', share: 1 });
    expect((await ledgerTypes()).filter((type) => type === 'finding.blinded')).toHaveLength(2);
  });

  it('counts once what is read twice', async () => {
    pipeline.push([started('e1', 0, 'ws1', 'a.exe')]);
    await settle();
    pipeline.push([started('e1', 0, 'ws1', 'a.exe')]);
    expect(await settle()).toMatchObject({ opened: 0, revised: 0 });
    expect([pipeline.events, pipeline.detections.length]).toEqual([1, 1]);
  });

  async function person(): Promise<{ id: string; name: string }> {
    await opened.store.addMember(tenant, 'dana', 'analyst');
    return { id: 'dana', name: 'Dana' };
  }
});
