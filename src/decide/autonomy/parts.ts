import type { Impact } from '../../contracts/action.ts';
import type { ClassVersions, MayAct } from '../../contracts/autonomy.ts';
import type { Grant } from '../../contracts/grant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx, StoredFinding } from '../../ports/state-store.ts';
import type { Draw } from '../draw.ts';

/** What the machine is made of, for one family of findings. */
export type MachineVersions = Omit<ClassVersions, 'detectors'>;

/** What autonomy stands on; the composition passes it in, so that it knows no other stage. */
export interface AutonomyParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly mayAct: MayAct;
  readonly versions: (family: string) => MachineVersions;
  /** Version of a detector in use now; null where it is not in use. */
  readonly detectorVersion: (id: string) => string | null;
  /** Sources of a record that have fallen silent. */
  readonly silentSources: (tenant: string, sources: readonly string[], now: number) => Promise<readonly string[]>;
  /** What an action kind does at worst; null where there is no such kind. */
  readonly actionKind: (kind: string) => { readonly impact: Impact; readonly reversible: boolean } | null;
  /** Whether an undo of this kind was carried out and checked in this tenant. */
  readonly undoVerified: (tx: StateTx, tenant: string, kind: string) => Promise<boolean>;
  /** Hands an action to response, to be run under a grant; says in a sentence what became of it, or throws. */
  readonly proposeUnderGrant: (tx: StateTx, stored: StoredFinding, kind: string, grant: Grant) => Promise<void>;
  /** Actions under grants that are not at their end: id and a plain sentence. */
  readonly actionsUnderGrants: (tx: StateTx, tenant: string) => Promise<readonly { id: string; said: string }[]>;
}
