import type { Clock } from '../../ports/clock.ts';

const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 10;
/** Addresses remembered; past it the one that failed longest ago is forgotten. */
const MOST_ADDRESSES = 10_000;

/** Failed tries by caller's address, so that guessing takes longer than it is worth. In memory, like sign-in's. */
export interface Attempts {
  /** Seconds an address has to wait; 0 where it may try. */
  wait(address: string): number;
  failed(address: string): void;
}

/** Ten failures a minute, as for sign-in; then nothing from that address gets through until the minute is over. */
export function countAttempts(clock: Clock): Attempts {
  const windows = new Map<string, { readonly from: number; count: number }>();
  const current = (address: string) => {
    const window = windows.get(address);
    return window !== undefined && clock.now() - window.from < WINDOW_MS ? window : undefined;
  };
  return {
    wait(address) {
      const window = current(address);
      if (window === undefined || window.count < MOST_IN_WINDOW) return 0;
      return Math.max(1, Math.ceil((window.from + WINDOW_MS - clock.now()) / 1000));
    },
    failed(address) {
      const window = current(address);
      if (window !== undefined) {
        window.count += 1;
        return;
      }
      windows.delete(address);
      windows.set(address, { from: clock.now(), count: 1 });
      const [oldest] = windows.keys();
      if (windows.size > MOST_ADDRESSES && oldest !== undefined) windows.delete(oldest);
    },
  };
}
