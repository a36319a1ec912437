import { Agenda } from './agenda.ts';
import { day } from './calendar.ts';
import { Random } from './random.ts';
import type { Chapter } from './truth.ts';

/** The feeds, one file each. */
export const feeds = ['windows-endpoints', 'windows-servers', 'linux', 'cloudtrail', 'm365', 'entra-signins'] as const;
export type Feed = (typeof feeds)[number];

/** One record as its collector would write it. */
export interface SampleLine {
  /** File name within the telemetry folder. */
  readonly file: string;
  readonly line: string;
}

/**
 * A discrete-event simulation: acts happen in time order, emit records, and put later acts on the agenda. An act put
 * there while a chapter is open belongs to that chapter.
 */
export class Simulation {
  readonly random: Random;
  readonly start: number;
  readonly end: number;
  readonly chapters: Chapter[] = [];
  readonly #agenda = new Agenda();
  readonly #lines = new Map<string, number>();
  #ready: SampleLine[] = [];
  #chapter: Chapter | undefined;
  #now: number;

  constructor(seed: number, start: number, end: number) {
    this.random = new Random(`seed:${seed}`);
    this.start = start;
    this.end = end;
    this.#now = start;
  }

  /** Epoch ms of the act in progress; moves a little with each record it emits. */
  get now(): number {
    return this.#now;
  }

  /** The act's time moves on by this many ms: things one act does in a row are not simultaneous. */
  pass(ms: number): void {
    this.#now += ms;
  }

  at(time: number, act: () => void): void {
    const chapter = this.#chapter;
    this.#agenda.add(
      time,
      chapter === undefined
        ? act
        : () => {
            this.within(chapter, act);
          },
    );
  }

  after(ms: number, act: () => void): void {
    this.at(this.#now + ms, act);
  }

  /** At each midnight of the range: what that day holds is planned when it comes, so that long ranges take no memory. */
  eachDay(plan: (midnight: number) => void): void {
    const dawn = (midnight: number): void => {
      this.at(midnight, () => {
        plan(midnight);
        dawn(midnight + day);
      });
    };
    dawn(this.start);
  }

  /** Runs an act as part of a chapter. */
  within(chapter: Chapter, act: () => void): void {
    const held = this.#chapter;
    this.#chapter = chapter;
    act();
    this.#chapter = held;
  }

  open(chapter: Chapter): Chapter {
    this.chapters.push(chapter);
    return chapter;
  }

  /**
   * Emits one record at the act's present time. It is numbered (`number` sets what its collector counts) and written
   * when everything before that time has been: an act that takes minutes does not put its file out of order.
   */
  emit(feed: Feed, record: object, host?: string, number?: () => void): void {
    const time = this.#now;
    const chapter = this.#chapter;
    this.#agenda.add(time, () => {
      number?.();
      const file = `${feed}.ndjson`;
      const line = (this.#lines.get(file) ?? 0) + 1;
      this.#lines.set(file, line);
      this.#ready.push({ file, line: JSON.stringify(record) });
      chapter?.mark(file, line, time, host);
    });
  }

  /** Plays everything until the end; holds no more than one act's records at a time. */
  *run(): Generator<SampleLine> {
    for (let next = this.#agenda.take(); next !== undefined && next.time < this.end; next = this.#agenda.take()) {
      this.#now = next.time;
      next.act();
      if (this.#ready.length === 0) continue;
      const batch = this.#ready;
      this.#ready = [];
      yield* batch;
    }
  }
}
