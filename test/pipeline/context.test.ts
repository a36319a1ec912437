import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { ContextFact, FactBody } from '../../src/contracts/context.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { blindness, determine } from '../../src/decide/index.ts';
import { Telemetry } from '../../src/host/telemetry.ts';
import { logit } from '../../src/score/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { BelowLine, type Capacity, defaultCapacity } from '../../src/triage/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { processStart } from '../support/events.ts';

const DAY = 86_400_000;
const rule = (id: string, image: string, level: string, tactic: string) => ({
  file: `${image}.yml`,
  text: `title: ${image} ran\nid: 7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e${id}\nlevel: ${level}\ntags: [attack.${tactic}]\nlogsource: {category: process_creation}\ndetection:\n  sel:\n    image: ${image}\n  condition: sel\n`,
});
const { engine } = compileRules([
  rule('11', 'scan.exe', 'high', 'discovery'),
  rule('12', 'odd.exe', 'high', 'discovery'),
  rule('13', 'quiet.exe', 'low', 'discovery'),
]);
const origin = { product: undefined, service: undefined, categories: ['process_creation'] };
const started = (id: string, minute: number, host: string, user: string, image: string) => {
  const event = processStart(id, minute, host, user, image);
  return { ...event, origin, record: { ...event.record, image } };
};

function said(tenant: string, id: string, entity: ContextFact['entity'], body: FactBody): ContextFact {
  const by = { id: 'ana', name: 'Ana Analyst' };
  return {
    id,
    tenant,
    entity,
    body,
    text: 'As agreed',
    owner: 'IT',
    by,
    at: 1,
    until: Date.UTC(2027, 0, 1),
    withdrawnAt: null,
  };
}
const scans: FactBody = {
  kind: 'expected_behaviour',
  detectors: [],
  families: ['discovery'],
  techniques: [],
  hosts: ['ws1'],
  hours: null,
};

function pipelineOf(
  tenant: string,
  context: () => readonly ContextFact[],
  capacity: () => Capacity = () => defaultCapacity,
) {
  const lake = new MemoryLake();
  return createPipeline({ tenant, engine, lake, playbooks: loadPlaybooks(), context, capacity });
}
const about = (findings: readonly Finding[], host: string): Finding => {
  const found = findings.find(({ entities }) => entities.some(({ value }) => value === host));
  if (found === undefined) throw new Error(`no finding about ${host}`);
  return found;
};

describe('what people say', () => {
  it('changes reasons and place, adds up, and takes no story away', () => {
    let facts: readonly ContextFact[] = [];
    const pipeline = pipelineOf('t', () => facts);
    pipeline.push([started('e1', 0, 'ws1', 'svc-scan', 'scan.exe'), started('e2', 1, 'ws2', 'eve', 'odd.exe')]);
    const before = pipeline.settle();
    expect(before.surfaced).toHaveLength(2);
    facts = [
      said('t', 'c1', { kind: 'user', value: 'svc-scan' }, scans),
      said('t', 'c2', { kind: 'host', value: 'ws2' }, { kind: 'criticality', level: 'crown_jewel' }),
    ];
    const after = pipeline.settle();
    const all = (settled: typeof before) => [...settled.surfaced, ...settled.below];
    expect(
      all(after)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(
      all(before)
        .map(({ id }) => id)
        .toSorted(),
    );
    const expected = about(all(after), 'ws1');
    const jewel = about(all(after), 'ws2');
    expect(expected.reasons.find(({ term }) => term === 'context')).toMatchObject({ logOdds: -2, evidence: ['e1'] });
    expect(expected.threatProbability).toBeLessThan(about(all(before), 'ws1').threatProbability);
    expect(jewel.rank?.stake.text).toContain('Host ws2 is a crown jewel');
    expect(jewel.rank?.expectedLoss.value).toBeGreaterThan(
      2 * (about(all(before), 'ws2').rank?.expectedLoss.value ?? 1),
    );
    expect(after.surfaced[0]?.id).toBe(jewel.id);
    for (const { base, reasons, investigation, threatProbability } of all(after)) {
      const parts = [...reasons, ...investigation.steps].reduce((sum, { logOdds }) => sum + logOdds, base);
      expect(Math.abs(parts - logit(threatProbability))).toBeLessThan(1e-9);
    }
  });

  it('draws the line where the tenant sets it', () => {
    let capacity = { findingsPerDay: 1, floor: 0.04 };
    const pipeline = pipelineOf(
      't',
      () => [],
      () => capacity,
    );
    pipeline.push([started('e1', 0, 'ws1', 'svc-scan', 'scan.exe'), started('e2', 200, 'ws2', 'eve', 'odd.exe')]);
    expect(pipeline.settle()).toMatchObject({ surfaced: { length: 1 }, below: { length: 1 } });
    capacity = { findingsPerDay: 2, floor: 0.04 };
    expect(pipeline.settle()).toMatchObject({ surfaced: { length: 2 }, below: { length: 0 } });
    capacity = { findingsPerDay: 2, floor: 0.5 };
    expect(pipeline.settle()).toMatchObject({ surfaced: { length: 0 }, below: { length: 2 } });
  });
});

describe('what is below the line', () => {
  let opened: ThrowawayStore;
  beforeAll(async () => {
    opened = await openThrowawayStore();
  });
  afterAll(() => opened.close());

  it('is listed, found by its words, drawn the day after, decided blind, and goes on as a finding with its share', async () => {
    const { store } = opened;
    const tenant = 'below';
    await store.createTenant({ id: tenant, name: tenant });
    await store.addMember(tenant, 'ana', 'analyst');
    let now = Date.UTC(2026, 1, 1, 12);
    const clock = { now: () => now };
    const actor = { kind: 'ai', id: 'triage', version: '1' } as const;
    const pipeline = pipelineOf(
      tenant,
      () => [],
      () => ({ findingsPerDay: 10, floor: 0.5 }),
    );
    const telemetry = new Telemetry({
      tenant,
      store,
      clock,
      pipeline,
      lookUp: () => undefined,
      actor,
      below: {
        line: new BelowLine({ tenant, store, clock, actor, draw: () => 0.5 }),
        set: () => ({ floor: 0.5, sampledPerDay: 1 }),
      },
      listeners: [blindness({ clock, draw: () => 0.99, isShadowed: async () => false })],
      warn: (message) => expect.unreachable(message),
    });
    const queue = async () => (await store.withTenants([tenant], (tx) => tx.findings.page(tenant, {}, null, 10))).items;
    const list = (text?: string) =>
      store.withTenants([tenant], (tx) => tx.below.page(tenant, text === undefined ? {} : { text }, null, 10));
    pipeline.push(['a', 'b', 'c'].map((who, n) => started(who, n * 300, `ws-${who}`, who, 'quiet.exe')));
    await telemetry.weighAgain();
    expect(await queue()).toEqual([]);
    expect(await list()).toMatchObject({ total: 3, items: [{ why: 'floor', addedAt: now }, {}, {}] });
    expect((await list('ws-b')).items.map(({ title }) => title)).toEqual([expect.stringContaining('ws-b')]);
    expect((await list('%')).items).toEqual([]);

    await telemetry.weighAgain();
    expect(await queue(), 'a day is drawn from once it has ended').toEqual([]);
    now += DAY;
    await telemetry.weighAgain();
    await telemetry.weighAgain();
    const [drawn, ...others] = await queue();
    expect(others).toEqual([]);
    expect(drawn?.finding.sampled).toEqual({ share: expect.closeTo(1 / 3, 6), at: now });
    expect((await list()).total).toBe(2);
    const id = drawn?.finding.id ?? '';
    const blind = await store.withTenants([tenant], (tx) => tx.review.blindAssignment(tenant, id));
    expect(blind).toMatchObject({ why: 'sample', share: 1 });
    const ledger = await store.withTenants([tenant], (tx) => tx.ledger.ofSubject(tenant, 'tenant', tenant));
    expect(ledger.map(({ entry }) => entry.type)).toEqual(['below_the_line.drawn']);
    const by = { id: 'ana', name: 'Ana Analyst' };
    const request = {
      tenant,
      findingId: id,
      expectedRevision: 1,
      verdict: 'threat',
      reason: 'compromised host',
      note: '',
      by,
    } as const;
    await determine(store, clock, request);
    await telemetry.weighAgain();
    expect((await queue())[0]).toMatchObject({ status: 'determined', finding: { revision: 1, sampled: { at: now } } });

    now += 40 * DAY;
    await telemetry.weighAgain();
    expect((await list()).total, 'a month later the rest is forgotten').toBe(0);
  });
});
