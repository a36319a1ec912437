import { pause } from '../../kernel/pause.ts';
import { keepProposals, proposeFilters, type TuningParts, type TuningSpeaker } from '../../learn/index.ts';
import { reasonOf } from '../live/reason.ts';

const LOOK_EVERY_MS = 10 * 60_000;
const DAYS = 14;
const SYSTEM: TuningSpeaker = { actor: { kind: 'system', id: 'tuning', version: '1' }, name: 'Bridgewatch' };

export interface TuningRoundParts {
  readonly parts: TuningParts;
  readonly tenants: () => readonly string[];
  readonly warn: (message: string) => void;
}

/** Proposes by itself what the verdicts of the last while suggest, in shadow. Returns what ends it. */
export function startTuning({ parts, tenants, warn }: TuningRoundParts): () => Promise<void> {
  const over = new AbortController();
  const loop = async (): Promise<void> => {
    for (;;) {
      await pause(LOOK_EVERY_MS, over.signal, { ref: false });
      if (over.signal.aborted) return;
      for (const tenant of tenants())
        await tuneOnce(parts, tenant).catch((error: unknown) =>
          warn(`tuning of ${tenant} is late: ${reasonOf(error)}`),
        );
    }
  };
  const running = loop();
  return async () => {
    over.abort();
    await running;
  };
}

/** One round for a tenant: what runs of verdicts suggest, kept in shadow. */
export async function tuneOnce(parts: TuningParts, tenant: string): Promise<number> {
  const { proposed } = await proposeFilters(parts, { tenant, days: DAYS });
  if (proposed.length === 0) return 0;
  const kept = await parts.store.withTenants([tenant], (tx) => keepProposals(tx, proposed, SYSTEM, parts.clock.now()));
  return kept.length;
}
