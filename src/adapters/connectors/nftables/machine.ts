import { BridgewatchError } from '../../../kernel/errors.ts';
import { refused, timedOut } from './faults.ts';
import { hasTable, type Listing, readListing } from './listing.ts';
import type { Reach } from './operation.ts';
import { FAMILY, TABLE } from './script.ts';
import type { Place } from './settings.ts';
import { type Shell, withShell } from './ssh.ts';

/** What one machine shows. */
export interface Sight {
  /** Our table; null where there is none. */
  readonly listing: Listing | null;
  readonly from: string;
  readonly to: string;
}

async function look(shell: Shell, command: string): Promise<Sight> {
  const list = `${command} -j list table ${FAMILY} ${TABLE}`;
  const { from, to } = shell;
  try {
    return { listing: readListing(await shell.run(list, '')), from, to };
  } catch (error) {
    // A table that is not there is an error to nft, in words of the machine's language: so ask in a way that has an answer.
    if (!(error instanceof BridgewatchError) || error.code !== 'CONNECTOR_REFUSED') throw error;
    if (hasTable(await shell.run(`${command} -j list tables`, ''), FAMILY, TABLE)) throw error;
    return { listing: null, from, to };
  }
}

/** Reads our table; changes nothing. */
export function see({ ground, settings, signal }: Reach, place: Place): Promise<Sight> {
  return withShell(ground, place, signal, (shell) => look(shell, settings.command));
}

/** Applies what takes something away, and gives what is there then. */
export function apply({ ground, settings, signal }: Reach, place: Place, script: string): Promise<Sight> {
  return withShell(ground, place, signal, async (shell) => {
    await shell.run(`${settings.command} -f -`, script);
    return look(shell, settings.command);
  });
}

/** A change in two steps, and the way back. */
export interface Change {
  /** Holds for the seconds of `confirmWithin` only. */
  readonly trial: string;
  readonly forGood: string;
  readonly back: string;
}

/**
 * Applies a change that could cut us off. The first connection applies it on trial: the kernel of the machine drops it after
 * `confirmWithin` seconds, without any process or command of ours. A second, new connection makes it hold for good, and so shows
 * that new ones are still let in. Where that fails the change is taken back at once over the first connection if that still
 * works, else by the kernel. `plan` looks at what is there and tells the change, or null where it holds already. Throws
 * `CONNECTOR_REFUSED` where the way in was lost: another try would lose it again.
 */
export function applyConfirmed(
  { ground, settings, signal }: Reach,
  place: Place,
  plan: (sight: Sight) => Change | null,
): Promise<'applied' | 'already'> {
  const command = `${settings.command} -f -`;
  const where = `${place.address}:${place.port}`;
  const cut = (cause: unknown): BridgewatchError => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return refused(
      `${where} could not be managed any more after the change (${reason}), so it was taken back, at the latest by the machine itself ` +
        `within ${settings.confirmWithin} s: check management and port in its settings`,
      cause,
    );
  };
  return withShell(ground, place, signal, async (shell) => {
    const change = plan(await look(shell, settings.command));
    if (change === null) return 'already';
    const limit = AbortSignal.timeout(settings.confirmWithin * 1000);
    try {
      await within(limit, shell.run(command, change.trial));
    } catch (error) {
      // nft itself said no: nothing was applied, and what it said is what people need to read.
      if (error instanceof BridgewatchError && error.code === 'CONNECTOR_REFUSED') throw error;
      throw signal.aborted ? error : cut(error);
    }
    try {
      const both = AbortSignal.any([signal, limit]);
      await withShell(ground, place, both, (second) => second.run(command, change.forGood));
    } catch (error) {
      await within(AbortSignal.timeout(BACK_MS), shell.run(command, change.back)).catch(() => undefined);
      throw signal.aborted ? error : cut(error);
    }
    return 'applied';
  });
}

const BACK_MS = 5_000;

function within<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(timedOut('no answer')), { once: true });
  });
  return Promise.race([over, work]);
}
