/** Hours of one series, all kept, with each hour of the week as its own class: what the compact rhythm is held against. */
export class ExactRhythm {
  readonly #counts: number[] = [];

  learn(count: number): void {
    this.#counts.push(count);
  }

  /** Mean and spread of the hour that comes next: by hour of week, shrunk by two weeks' worth toward the hour of day. */
  expected(): { readonly mean: number; readonly spread: number } {
    const now = this.#counts.length;
    const mean = this.#meanAt(now);
    let of = 0;
    let by = 0;
    for (const [hour, count] of this.#counts.entries()) {
      const usual = this.#meanAt(hour, now);
      of += (count - usual) ** 2 - usual;
      by += usual * usual;
    }
    return { mean, spread: by > 0 ? Math.max(0.15, of / by) : 0.5 };
  }

  #meanAt(hour: number, until = this.#counts.length): number {
    const week = this.#mean((at) => at % 168 === hour % 168, until);
    const day = this.#mean((at) => at % 24 === hour % 24, until);
    return (week.weight * week.mean + 2 * day.mean) / (week.weight + 2);
  }

  #mean(isLike: (hour: number) => boolean, until: number): { readonly mean: number; readonly weight: number } {
    let sum = 0;
    let weight = 0;
    for (let hour = 0; hour < until; hour += 1) {
      if (!isLike(hour)) continue;
      const part = 0.5 ** ((until - hour) / (24 * 42));
      sum += part * (this.#counts[hour] ?? 0);
      weight += part;
    }
    return { mean: weight > 0 ? sum / weight : 0, weight };
  }
}
