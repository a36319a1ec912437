import { readStopFile } from '../adapters/stop-file.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Model } from '../contracts/model.ts';
import {
  type AutonomyParts,
  autonomyListeners,
  type MachineVersions,
  SwitchWatch,
  scopeOf,
  shadowing,
  standingStops,
  stopAutomation,
  tickAutonomy,
} from '../decide/index.ts';
import { detectorVersion } from '../detect/index.ts';
import type { AutonomyDeps, RespondDeps } from '../http/deps.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import type { StateStore } from '../ports/state-store.ts';
import { actionsUnderGrants, kindOrUndefined, undoVerified } from '../respond/index.ts';
import { MODEL_CODE, weights } from '../score/index.ts';
import type { SigmaRule } from '../sigma/index.ts';
import { plannedAction } from './planned-action.ts';

/** How often grants are acted under and looked after; and how often the week's input is compared with each record. */
const ROUND_MS = 5_000;
const THOROUGH_EVERY_MS = 3_600_000;
/** Raised by hand with each change of how stories are grouped or recommendations made. */
const MACHINE_CODE = '1';

export interface AutonomyHostParts {
  readonly store: StateStore;
  readonly draw: AutonomyParts['draw'];
  readonly dataDir: string;
  /** Tenants this process works for. */
  readonly tenants: () => readonly string[];
  readonly rules: readonly SigmaRule[];
  /** The model that scores a tenant's findings. */
  readonly champion: (tenant: string) => Pick<Model, 'id'>;
  /** Parsed playbook files. */
  readonly playbooks: readonly { readonly content: unknown }[];
  readonly respond: () => RespondDeps;
  readonly warn: (message: string) => void;
}

/** Autonomy on one machine: the watch over the switch, already looking, and the rounds, begun by `start`. */
export async function openAutonomy(host: AutonomyHostParts) {
  const { store, draw, dataDir, tenants } = host;
  const file = () => readStopFile(dataDir);
  const watch = new SwitchWatch({
    clock: systemClock,
    tenants,
    look: async (of) => (await standingStops(store, of)).map(scopeOf),
    file,
    record: async (scope) => {
      const by = { id: 'file', name: 'The file STOP in the data folder' };
      await stopAutomation(store, systemClock, { scope, via: 'file', viaTenant: null, why: 'the file is there', by });
    },
  });
  const versions = new Map(host.rules.map((rule) => [rule.id, detectorVersion(rule)]));
  const parts: AutonomyParts = {
    store,
    clock: systemClock,
    draw,
    mayAct: watch.mayAct,
    versions: machineVersions(host.playbooks, host.champion),
    detectorVersion: (id) => versions.get(id) ?? null,
    // Telemetry comes as files, which end: none of them falls silent.
    silentSources: async () => [],
    actionKind: (kind) => kindOrUndefined(kind) ?? null,
    undoVerified,
    planAction: ({ finding }, kind) => plannedAction({ store, clock: systemClock, ...host.respond() }, finding, kind),
    actionsUnderGrants,
  };
  await watch.start();
  const deps: AutonomyDeps = { parts, watch, heldByFile: file };
  return {
    deps,
    mayAct: watch.mayAct,
    listener: autonomyListeners(parts),
    isShadowed: shadowing(draw),
    start: () => startRounds(parts, tenants, host.warn),
    stop: () => watch.stop(),
  };
}

/**
 * The champion by its id, with the hand-set weights and the code that applies them, which a new version of the product may change under it; a family's playbook is whichever of these may be chosen for it. */
export function machineVersions(
  playbooks: AutonomyHostParts['playbooks'],
  champion: AutonomyHostParts['champion'],
): AutonomyParts['versions'] {
  const code = sha256(canonicalJson({ weights, model: MODEL_CODE, machine: MACHINE_CODE })).slice(0, 16);
  // No language model takes part: the prompts are the empty text.
  const prompts = sha256('');
  return (family, tenant): MachineVersions => {
    const chosen = playbooks.filter(({ content }) =>
      ['default', 'cloud-account', family].includes(String((content as { family?: unknown } | null)?.family)),
    );
    return {
      model: `${champion(tenant).id}.${code}`,
      playbook: sha256(canonicalJson(chosen.map(({ content }) => content))),
      prompts,
    };
  };
}

/** Rounds that never overlap; returns what ends them after the one at hand. */
function startRounds(
  parts: AutonomyParts,
  tenants: () => readonly string[],
  warn: (message: string) => void,
): () => Promise<void> {
  let thoroughAt = 0;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const round = async (): Promise<void> => {
    const now = parts.clock.now();
    const thorough = now - thoroughAt >= THOROUGH_EVERY_MS;
    if (thorough) thoroughAt = now;
    for (const tenant of tenants()) {
      try {
        const { failed, demoted } = await tickAutonomy(parts, tenant, thorough);
        for (const why of failed) warn(`autonomy of ${tenant}: ${why}`);
        for (const { key, cause } of demoted) warn(`class ${key} of ${tenant} was demoted: ${cause}`);
      } catch (error) {
        warn(`a round of autonomy of ${tenant} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = round().finally(() => {
      busy = false;
    });
  }, ROUND_MS).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
