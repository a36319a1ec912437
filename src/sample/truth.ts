/** Where one event of a chapter lies: the telemetry file and its 1-based line. */
export interface EventMark {
  readonly file: string;
  readonly line: number;
}

/** One intrusion, or one harmless thing that looks like one, as the truth file tells it. Times are ISO 8601, UTC. */
export interface TruthEntry {
  readonly id: string;
  readonly name: string;
  readonly story: string;
  /** ATT&CK technique ids really carried out (for a decoy: what it could be mistaken for). */
  readonly techniques: readonly string[];
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly firstAt: string;
  readonly lastAt: string;
  readonly events: readonly EventMark[];
}

/** What was planted. Complete once the whole sample has been read. */
export interface GroundTruth {
  readonly company: string;
  readonly seed: number;
  readonly days: number;
  readonly start: string;
  readonly intrusions: readonly TruthEntry[];
  readonly decoys: readonly TruthEntry[];
}

/** A chapter being written: everything emitted while it is open is marked in the truth, never in the event itself. */
export class Chapter {
  readonly id: string;
  readonly kind: 'intrusion' | 'decoy';
  readonly name: string;
  readonly #story: string[] = [];
  readonly #techniques = new Set<string>();
  readonly #hosts = new Set<string>();
  readonly #users = new Set<string>();
  readonly #events: EventMark[] = [];
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(kind: 'intrusion' | 'decoy', id: string, name: string) {
    this.kind = kind;
    this.id = id;
    this.name = name;
  }

  tell(sentence: string, ...techniques: string[]): void {
    this.#story.push(sentence);
    for (const technique of techniques) this.#techniques.add(technique);
  }

  involve(...users: string[]): void {
    for (const user of users) this.#users.add(user);
  }

  mark(file: string, line: number, time: number, host: string | undefined): void {
    this.#events.push({ file, line });
    if (host !== undefined) this.#hosts.add(host);
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
  }

  get empty(): boolean {
    return this.#events.length === 0;
  }

  entry(): TruthEntry {
    return {
      id: this.id,
      name: this.name,
      story: this.#story.join(' '),
      techniques: [...this.#techniques].sort(),
      hosts: [...this.#hosts].sort(),
      users: [...this.#users].sort(),
      firstAt: new Date(this.#first).toISOString(),
      lastAt: new Date(this.#last).toISOString(),
      events: this.#events,
    };
  }
}
