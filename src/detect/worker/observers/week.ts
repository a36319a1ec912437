const HOURS = 168;
/** Weeks that an hour's share speaks for: what is older counts less and less. */
const WEEKS = 5;

/** How active a stream is in each hour of the week (UTC): the share of minutes in which something came. */
export class Week {
  readonly #share: number[] = Array.from({ length: HOURS }, () => 0);
  readonly #seen: number[] = Array.from({ length: HOURS }, () => 0);

  /** @param hour hours since the epoch */
  learn(hour: number, activeMinutes: number): void {
    const at = hour % HOURS;
    const seen = (this.#seen[at] ?? 0) + 1;
    const share = this.#share[at] ?? 0;
    this.#seen[at] = seen;
    this.#share[at] = share + (activeMinutes / 60 - share) / Math.min(seen, WEEKS);
  }

  /** Minutes from `from` to before `to` that would have been active, going by the hours they are in. */
  expected(from: number, to: number): number {
    let expected = 0;
    for (let minute = from; minute < to; ) {
      const hour = Math.floor(minute / 60);
      const end = Math.min(to, (hour + 1) * 60);
      expected += (end - minute) * this.#around(hour);
      minute = end;
    }
    return expected;
  }

  /** With its neighbours: what comes daily does not come on the minute. */
  #around(hour: number): number {
    const at = hour % HOURS;
    const before = this.#share[(at + HOURS - 1) % HOURS] ?? 0;
    const after = this.#share[(at + 1) % HOURS] ?? 0;
    return (before + 2 * (this.#share[at] ?? 0) + after) / 4;
  }

  save(): unknown {
    return [this.#share.map((share) => Math.round(share * 1000) / 1000), this.#seen];
  }

  load(saved: unknown): void {
    const [share, seen] = saved as [number[], number[]];
    for (let at = 0; at < HOURS; at += 1) {
      this.#share[at] = share[at] ?? 0;
      this.#seen[at] = seen[at] ?? 0;
    }
  }
}
