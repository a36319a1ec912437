import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks, loadRules, shippedRules } from '../../src/cli/load.ts';
import { type ClassSubject, classKey } from '../../src/contracts/autonomy.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { Policy } from '../../src/contracts/policy.ts';
import {
  type AutonomyParts,
  autonomyListeners,
  blindness,
  drawFrom,
  SwitchWatch,
  scopeOf,
  shadowing,
  standingStops,
} from '../../src/decide/index.ts';
import { Telemetry } from '../../src/host/telemetry.ts';
import { EventArchive } from '../../src/ingest/index.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256 } from '../../src/kernel/ids.ts';
import type { StateTx } from '../../src/ports/state-store.ts';
import { weights } from '../../src/score/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { openThrowawayStore, throwawayFolder } from '../store.ts';
import { type DayPlan, type DayTelemetry, writeDay } from './help-desk.ts';

export const TENANT = 'support';
export const FAMILY = 'discovery';
export const BENIGN: ClassSubject = { does: 'close', disposition: 'benign' };
export const KEY = classKey(FAMILY, BENIGN);
export const DAY = 86_400_000;

export const people = {
  ana: { id: 'ana', name: 'Ana Analyst' },
  ben: { id: 'ben', name: 'Ben Analyst' },
  cleo: { id: 'cleo', name: 'Cleo Analyst' },
  lee: { id: 'lee', name: 'Lee Lead' },
  kim: { id: 'kim', name: 'Kim Lead' },
} as const;
export type Person = (typeof people)[keyof typeof people];

/** A day as it came out: what the pipeline showed of it. */
export interface Day extends DayTelemetry {
  readonly findings: readonly Finding[];
}

/**
 * The company: a real store, the rules and playbooks that ship, and the pipeline over each day's telemetry, with autonomy wired as
 * the server wires it. Only time is ours: it moves when the story says so.
 */
export async function openCompany(seed: number) {
  const room = await openThrowawayStore();
  const { store, clock } = room;
  const files = throwawayFolder();
  const { engine } = compileRules(loadRules([shippedRules]));
  const playbooks = loadPlaybooks();
  await store.createTenant({ id: TENANT, name: 'Support & Sons' });
  for (const person of Object.values(people))
    await store.addMember(TENANT, person.id, person.name.endsWith('Lead') ? 'lead' : 'analyst');
  const within = <T>(work: (tx: StateTx) => Promise<T>): Promise<T> => store.withTenants([TENANT], work);
  // Looking around is the least of the kill chain: the target of low impact, 5 %. Two people for high impact is the default.
  await within((tx) =>
    tx.policy.put(TENANT, Policy.parse({ secondShare: 0, errorTargets: { [FAMILY]: 0.05 } }), 0, clock.now()),
  );
  const draw = drawFrom(`the secret of company ${seed}`);
  const watch = new SwitchWatch({
    clock,
    tenants: () => [TENANT],
    look: async (tenants) => (await standingStops(store, tenants)).map(scopeOf),
    file: () => [],
  });
  const seenDetectors = new Map<string, string>();
  const parts: AutonomyParts = {
    store,
    clock,
    draw,
    mayAct: watch.mayAct,
    versions: (family) => ({
      model: sha256(canonicalJson(weights)),
      playbook: sha256(canonicalJson(playbooks.find(({ file }) => file.endsWith(`${family}.yml`))?.content ?? null)),
      prompts: sha256(''),
    }),
    detectorVersion: (id) => seenDetectors.get(id) ?? null,
    silentSources: async () => [],
    actionKind: () => null,
    undoVerified: async () => false,
    planAction: async () => null,
    actionsUnderGrants: async () => [],
  };
  const listener = autonomyListeners(parts);
  const opened = blindness({ clock, draw, isShadowed: shadowing(draw) });

  return {
    ...room,
    parts,
    listener,
    watch,
    within,
    /** Puts a day's telemetry through the pipeline, at the end of that day. */
    async day(plan: DayPlan): Promise<Day> {
      const telemetry = writeDay(join(files, `${plan.day}.ndjson`), plan, seed);
      clock.set(plan.day + 17 * 3_600_000);
      const lake = new MemoryLake(() => new EventArchive());
      const pipeline = createPipeline({
        tenant: TENANT,
        engine,
        lake,
        playbooks,
        capacity: () => ({ findingsPerDay: 40, floor: 0.04 }),
      });
      const reader = new Telemetry({
        tenant: TENANT,
        store,
        clock,
        pipeline,
        lookUp: (id) => lake.withRaw(id),
        actor: { kind: 'ai', id: 'triage', version: '1' },
        listeners: [opened, listener],
        warn: (message) => {
          throw new Error(message);
        },
      });
      const { findings } = await reader.read([telemetry.file], {
        onReject: (reject) => {
          throw new Error(JSON.stringify(reject));
        },
        settleEvery: Number.POSITIVE_INFINITY,
      });
      for (const { detections } of findings)
        for (const { detector } of detections) seenDetectors.set(detector.id, detector.version);
      return { ...telemetry, findings };
    },
    async close() {
      await room.close();
      rmSync(files, { recursive: true, force: true });
    },
  };
}
export type Company = Awaited<ReturnType<typeof openCompany>>;

/** The machine a finding is about. */
export function hostOf(finding: Pick<Finding, 'entities'>): string {
  return finding.entities.find(({ kind }) => kind === 'host')?.value ?? '';
}
