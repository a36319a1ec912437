import type { ClassSubject } from '../../src/contracts/autonomy.ts';
import { classKey } from '../../src/contracts/autonomy.ts';
import type { Detection } from '../../src/contracts/detection.ts';
import type { Determination } from '../../src/contracts/determination.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import type { Grant } from '../../src/contracts/grant.ts';
import type { Disposition } from '../../src/contracts/investigation.ts';
import { Policy } from '../../src/contracts/policy.ts';
import type { ReviewTask } from '../../src/contracts/review.ts';
import {
  type AutonomyParts,
  autonomyListeners,
  blindness,
  classView,
  drawFrom,
  plant,
  recordDetermination,
  recordOpinion,
  SwitchWatch,
  scopeOf,
  setLevel,
  shadowing,
  signGrant,
  standingStops,
  tickAutonomy,
} from '../../src/decide/index.ts';
import type { DecisionListener, FindingListener } from '../../src/ports/listeners.ts';
import type { EvidenceEvent, StateTx, StoredFinding } from '../../src/ports/state-store.ts';
import { KnownFindings, publish } from '../../src/triage/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { grantLike } from '../store-rows-autonomy.ts';

export const ana = { id: 'ana', name: 'Ana Analyst' };
export const bea = { id: 'bea', name: 'Bea Analyst' };
export const lee = { id: 'lee', name: 'Lee Lead' };
export const kim = { id: 'kim', name: 'Kim Lead' };
export const family = 'credential-access';
export const benign: ClassSubject = { does: 'close', disposition: 'benign' };
export const key = classKey(family, benign);
export const DAY = 86_400_000;
export const HOUR = 3_600_000;
const reasons: Record<Disposition, string> = {
  threat: 'compromised host',
  benign: 'authorised administration',
  false_positive: 'data error',
  inconclusive: 'telemetry gap',
};

export interface Shown {
  readonly host: string;
  readonly says?: Disposition;
  readonly detectors?: Readonly<Record<string, string>>;
  readonly techniques?: readonly string[];
  readonly lens?: string;
  readonly part?: Partial<Finding>;
}

/** What moves under a test's hand: the machine's own parts. */
export interface Machine {
  model: string;
  playbook: string;
  prompts: string;
  detectors: Record<string, string>;
  silent: string[];
}

/** One tenant at work over a real store: people, the pipeline's publication, and autonomy wired as the host wires it. */
export interface Desk {
  readonly room: ThrowawayStore;
  readonly tenant: string;
  readonly parts: AutonomyParts;
  readonly machine: Machine;
  readonly watch: SwitchWatch;
  in<T>(work: (tx: StateTx) => Promise<T>): Promise<T>;
  now(): number;
  pass(ms: number): void;
  /** Shows a finding as the pipeline would, and gives its id. */
  show(id: string, shown: Shown): Promise<string>;
  determine(id: string, verdict: Disposition, by?: typeof ana): Promise<Determination>;
  /** Answers every open task of these kinds with `verdict`. */
  answer(kinds: readonly ReviewTask['kind'][], verdict: Disposition, by?: typeof ana): Promise<number>;
  get(id: string): Promise<StoredFinding>;
  view(signer?: string): ReturnType<typeof classView>;
  sign(level: 2 | 3 | 4, by?: typeof ana): ReturnType<typeof signGrant>;
  tick(): ReturnType<typeof tickAutonomy>;
  plant(id: string): Promise<void>;
  /** Ledger types of a subject, oldest first. */
  told(kind: string, id: string): Promise<string[]>;
  close(): Promise<void>;
}

let desks = 0;

/** What else is wired to a desk. */
export interface Also {
  readonly decision: readonly DecisionListener[];
  readonly finding: readonly FindingListener[];
  readonly versions?: AutonomyParts['versions'];
}

export async function openDesk(
  shared?: ThrowawayStore,
  also?: (room: ThrowawayStore, tenant: string) => Promise<Also>,
): Promise<Desk> {
  const room = shared ?? (await openThrowawayStore());
  const { store, clock } = room;
  const tenant = `t${++desks}`;
  await store.createTenant({ id: tenant, name: tenant });
  for (const [person, role] of [
    [ana, 'analyst'],
    [bea, 'analyst'],
    [lee, 'lead'],
    [kim, 'lead'],
  ] as const)
    await store.addMember(tenant, person.id, role);
  const machine: Machine = {
    model: 'model-1',
    playbook: 'playbook-1',
    prompts: 'prompts-1',
    detectors: { d1: 'v1' },
    silent: [],
  };
  const more: Also = (await also?.(room, tenant)) ?? { decision: [], finding: [] };
  const draw = drawFrom('a secret of the test');
  const watch = new SwitchWatch({
    clock,
    tenants: () => [tenant],
    look: async (tenants) => (await standingStops(store, tenants)).map(scopeOf),
    file: () => [],
  });
  const parts: AutonomyParts = {
    store,
    clock,
    draw,
    mayAct: watch.mayAct,
    versions: more.versions ?? (() => ({ model: machine.model, playbook: machine.playbook, prompts: machine.prompts })),
    detectorVersion: (id) => machine.detectors[id] ?? null,
    silentSources: async (_tenant, sources) => sources.filter((source) => machine.silent.includes(source)),
    actionKind: (kind) => (kind === 'isolate_host' ? { impact: 'high', reversible: true } : null),
    undoVerified: async () => false,
    planAction: async () => null,
    actionsUnderGrants: async () => [],
  };
  const listener = autonomyListeners(parts);
  const findingListeners = [blindness({ clock, draw, isShadowed: shadowing(draw) }), listener, ...more.finding];
  const known = await KnownFindings.load(store, tenant);
  await store.withTenants([tenant], (tx) =>
    tx.policy.put(tenant, Policy.parse({ secondShare: 0, blindShare: 0, errorTargets: { [family]: 0.05 } }), 0, 1),
  );
  const within = <T>(work: (tx: StateTx) => Promise<T>) => store.withTenants([tenant], work);

  const desk: Desk = {
    room,
    tenant,
    parts,
    machine,
    watch,
    in: within,
    now: () => clock.now(),
    pass: (ms) => clock.set(clock.now() + ms),
    async show(id, shown) {
      const finding = findingOf(tenant, id, shown, machine, clock.now());
      const evidenceOf = (ids: readonly string[]): EvidenceEvent[] =>
        ids.map((event) => ({
          id: event,
          time: clock.now(),
          lens: shown.lens ?? 'windows',
          file: 'f',
          line: 1,
          raw: '{}',
        }));
      const actor = { kind: 'ai', id: 'triage', version: 'test' } as const;
      const { failed } = await publish([finding], {
        store,
        clock,
        actor,
        known,
        evidenceOf,
        listeners: findingListeners,
      });
      if (failed[0] !== undefined) throw failed[0].error;
      return id;
    },
    determine: (id, verdict, by = ana) =>
      within(async (tx) => {
        const stored = await tx.findings.get(tenant, id);
        if (stored === null) throw new Error(`no finding ${id}`);
        const request = {
          tenant,
          findingId: id,
          expectedRevision: stored.finding.revision,
          expectedReviews: stored.reviews,
          verdict,
          reason: reasons[verdict],
          note: '',
          by,
          fromSession: true,
        };
        return recordDetermination(tx, clock, request, [listener, ...more.decision]);
      }),
    async answer(kinds, verdict, by = bea) {
      const tasks = await within((tx) => tx.review.tasks(tenant, { state: 'open', kinds }, 500));
      for (const task of tasks) {
        await within(async (tx) => {
          const stored = await tx.findings.get(tenant, task.finding);
          const reader = { account: by.id, reviews: true, adjudicates: by === lee || by === kim };
          const opinion = { verdict, reason: reasons[verdict], note: '', by, reader };
          const expectedRevision = stored?.finding.revision ?? 0;
          await recordOpinion(
            tx,
            clock,
            { tenant, task: task.id, expectedRevision, ...opinion },
            { decision: [listener, ...more.decision], review: [listener] },
          );
        });
      }
      return tasks.length;
    },
    get: (id) =>
      within(async (tx) => {
        const stored = await tx.findings.get(tenant, id);
        if (stored === null) throw new Error(`no finding ${id}`);
        return stored;
      }),
    view: (signer = lee.id) =>
      within(async (tx) => {
        const each = await tx.autonomy.class(tenant, key);
        if (each === null) throw new Error('no class');
        return classView(tx, parts, each, signer);
      }),
    async sign(level, by = lee) {
      const { digest } = (await desk.view(by.id)).dossier;
      return within((tx) => signGrant(tx, parts, { tenant, key, level, seen: digest, by }));
    },
    async tick() {
      await watch.look();
      const round = await tickAutonomy(parts, tenant);
      if (round.failed.length > 0) throw new Error(round.failed.join('\n'));
      return round;
    },
    plant: (id) =>
      within(async (tx) => {
        await plant(tx, parts, { tenant, finding: id, material: 'a recorded attack', by: kim });
      }),
    told: (kind, id) =>
      within(async (tx) => (await tx.ledger.ofSubject(tenant, kind, id)).map(({ entry }) => entry.type)),
    close: () => (shared === undefined ? room.close() : Promise.resolve()),
  };
  return desk;
}

function findingOf(tenant: string, id: string, shown: Shown, machine: Machine, now: number): Finding {
  const { host, says = 'benign', detectors = { d1: machine.detectors.d1 ?? 'v1' }, techniques = ['T1003.001'] } = shown;
  const entities = [{ kind: 'host' as const, value: host }];
  const detections = Object.entries(detectors).map(
    ([detector, version], n): Detection => ({
      id: `${id}-${detector}`,
      tenant,
      detector: {
        kind: 'sigma',
        id: detector,
        version,
        title: detector,
        level: 'medium',
        techniques: [...techniques],
        tactics: [family],
        falsePositives: [],
      },
      events: [`${id}-e${n}`],
      at: now,
      fields: [],
      entities,
    }),
  );
  return {
    id,
    tenant,
    revision: 1,
    title: `Backup agent read credentials on ${host}`,
    family,
    threatProbability: says === 'threat' ? 0.8 : 0.05,
    severity: 'medium',
    techniques: [...techniques],
    tactics: [family],
    entities,
    firstEventAt: now - 1000,
    lastEventAt: now,
    base: -3,
    reasons: [],
    detections,
    events: detections.flatMap(({ events }) => events),
    investigation: { playbook: family, steps: [], openQuestions: [] },
    recommendation: { disposition: says, for: [], against: [], notChecked: [], actions: [] },
    ...shown.part,
  };
}

/** Puts the class into shadow. */
export async function intoShadow(desk: Desk): Promise<void> {
  await desk.in((tx) => setLevel(tx, desk.parts, { tenant: desk.tenant, family, subject: benign, level: 1, by: lee }));
}

export const hosts = Array.from({ length: 14 }, (_, n) => `ws-${n + 1}`);

/**
 * A class that earns: over 16 days, 6 benign findings a day on ever other hosts, determined blind by two people in turn, and 59 planted
 * threats that the AI shows as such. 96 cases without an error pass a target of 5 %.
 */
export async function earn(
  desk: Desk,
  by: readonly (typeof ana)[] = [ana, bea],
  days = 16,
  canaries = 59,
): Promise<void> {
  let n = 0;
  for (let day = 0; day < days; day++) {
    for (let one = 0; one < 6; one++, n++) {
      const id = await desk.show(`b${n}`, { host: hosts[n % hosts.length] ?? '' });
      await desk.determine(id, 'benign', by[n % by.length] ?? ana);
    }
    desk.pass(DAY);
  }
  for (let c = 0; c < canaries; c++) {
    const id = await desk.show(`c${c}`, { host: hosts[c % hosts.length] ?? '', says: 'threat' });
    await desk.plant(id);
    await desk.determine(id, 'threat', by[c % by.length] ?? ana);
  }
}

/**
 * A class that has its grant, without the weeks of earning it: a record of the hosts, detector, technique and source that the desk shows
 * findings of, written as it would have been. What is under test begins where the grant stands.
 */
export async function granted(desk: Desk, level: 2 | 3 | 4 = 4, exposure: 0.1 | 0.5 | 1 = 1): Promise<Grant> {
  const { tenant, parts, machine } = desk;
  await intoShadow(desk);
  return desk.in(async (tx) => {
    const each = await tx.autonomy.class(tenant, key);
    if (each === null) throw new Error('no class');
    const versions = { ...parts.versions(family, tenant), detectors: { d1: machine.detectors.d1 ?? 'v1' } };
    const now = desk.now();
    const entities = hosts.map((host) => `host|${host}`).sort();
    const grant = grantLike(tenant, {
      id: `g-${each.epoch}-${now}`,
      key,
      epoch: each.epoch,
      level,
      versions,
      coverage: { detectors: ['d1'], techniques: ['T1003.001'], entities, sources: ['windows'] },
      signedBy: lee,
      signedAt: now,
      expiresAt: now + 90 * DAY,
    });
    await tx.autonomy.addGrant(grant);
    await tx.autonomy.addStep({ tenant, grant: grant.id, exposure, since: now, by: lee });
    await tx.autonomy.putClass({ ...each, level, grant: grant.id, versions, cusum: 0, updatedAt: now });
    return grant;
  });
}

/** Shows a finding that the grant reaches, and lets it grow quiet. */
export async function quiet(desk: Desk, id: string, shown: Partial<Shown> = {}): Promise<string> {
  await desk.show(id, { host: 'ws-1', ...shown });
  desk.pass(HOUR);
  return id;
}

export const standing = (desk: Desk) => desk.in((tx) => tx.autonomy.class(desk.tenant, key));
