import { pause } from '../../kernel/pause.ts';
import { keepProposals, proposeFilters, type TuningParts, type TuningSpeaker } from '../../learn/index.ts';
import type { DecisionListener } from '../../ports/listeners.ts';
import { reasonOf } from '../live/reason.ts';

const LOOK_EVERY_MS = 10 * 60_000;
const DAYS = 14;
const SYSTEM: TuningSpeaker = { actor: { kind: 'system', id: 'tuning', version: '1' }, name: 'Bridgewatch' };

export interface TuningRoundParts {
  readonly parts: TuningParts;
  readonly tenants: () => readonly string[];
  readonly warn: (message: string) => void;
}

/** The rounds of a server: what ends them, and what tells them that there is something new to look at. */
export interface TuningRounds {
  readonly listener: DecisionListener;
  end(): Promise<void>;
}

/** Proposes by itself, in shadow, what verdicts suggest: some minutes after they were given, and once at the start. */
export function startTuning({ parts, tenants, warn }: TuningRoundParts): TuningRounds {
  const over = new AbortController();
  const due = new Set(tenants());
  const loop = async (): Promise<void> => {
    for (;;) {
      await pause(LOOK_EVERY_MS, over.signal, { ref: false });
      if (over.signal.aborted) return;
      const tenantsNow = [...due];
      due.clear();
      for (const tenant of tenantsNow) {
        await tuneOnce(parts, tenant).catch((error: unknown) => {
          due.add(tenant);
          warn(`tuning of ${tenant} is late: ${reasonOf(error)}`);
        });
      }
    }
  };
  const running = loop();
  return {
    listener: {
      async determined(_tx, { tenant, verdict }) {
        if (verdict === 'false_positive' || verdict === 'benign') due.add(tenant);
      },
    },
    async end() {
      over.abort();
      await running;
    },
  };
}

/** One round for a tenant: what runs of verdicts suggest, kept in shadow. */
export async function tuneOnce(parts: TuningParts, tenant: string): Promise<number> {
  const { proposed } = await proposeFilters(parts, { tenant, days: DAYS });
  if (proposed.length === 0) return 0;
  const kept = await parts.store.withTenants([tenant], (tx) => keepProposals(tx, proposed, SYSTEM, parts.clock.now()));
  return kept.length;
}
