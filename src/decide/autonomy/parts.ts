import type { Impact } from '../../contracts/action.ts';
import type { ClassVersions, MayAct } from '../../contracts/autonomy.ts';
import type { Grant } from '../../contracts/grant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx, StoredFinding } from '../../ports/state-store.ts';
import type { Draw } from '../draw.ts';

/** What the machine is made of, for one family of findings. */
export type MachineVersions = Omit<ClassVersions, 'detectors'>;

/** An action that response has planned and not yet taken up. */
export interface PlannedAction {
  /** Level 4: to be run under the grant, answered for by its signer. */
  runUnderGrant(tx: StateTx, grant: Grant): Promise<void>;
  /** Below: to be approved by a person as any other. */
  propose(tx: StateTx, grant: Grant): Promise<void>;
}

/** What autonomy stands on; the composition passes it in, so that it knows no other stage. */
export interface AutonomyParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly mayAct: MayAct;
  readonly versions: (family: string, tenant: string) => MachineVersions;
  /** Version of a detector in use now; null where it is not in use. */
  readonly detectorVersion: (id: string) => string | null;
  /** Sources of a record that have fallen silent. */
  readonly silentSources: (tenant: string, sources: readonly string[], now: number) => Promise<readonly string[]>;
  /** What an action kind does at worst; null where there is no such kind. */
  readonly actionKind: (kind: string) => { readonly impact: Impact; readonly reversible: boolean } | null;
  /** Whether an undo of this kind was carried out and checked in this tenant. */
  readonly undoVerified: (tx: StateTx, tenant: string, kind: string) => Promise<boolean>;
  /** Looks what an action would do to a finding, outside any transaction; null where nothing in the finding can be acted on. */
  readonly planAction: (stored: StoredFinding, kind: string) => Promise<PlannedAction | null>;
  /** Actions under grants that are not at their end: id and a plain sentence. */
  readonly actionsUnderGrants: (tx: StateTx, tenant: string) => Promise<readonly { id: string; said: string }[]>;
}
