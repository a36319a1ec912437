import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { Plane } from './plane.ts';
import { Records, randomOf } from './records.ts';
import { Sender, type SenderOptions } from './sender.ts';
import type { Faults, ServerOptions } from './server.ts';
import { type Tally, tally } from './tally.ts';

/** What one run did, and what came of every event that was sent. */
export interface Report extends Tally {
  readonly kills: number;
  readonly killed: Readonly<Record<string, number>>;
  readonly receipted: number;
  readonly resent: number;
  readonly refused: Readonly<Record<number, number>>;
  /** Ends of processes that no kill explains. */
  readonly failed: readonly string[];
  readonly receiptP99Ms: number;
}

export interface Bench {
  readonly plane: Plane;
  readonly records: Records;
  readonly sender: Sender;
  readonly random: () => number;
}

export interface RunOptions {
  readonly seed?: number;
  readonly load?: Partial<Pick<SenderOptions, 'connections' | 'eventsPerRequest' | 'pauseMs'>>;
  readonly faults?: Faults;
  /** How likely a request brings what a correlation detects. It is certain only a minute later, when nobody late is waited for any more. */
  readonly knocking?: number;
  readonly tls?: ServerOptions['tls'];
  /** Where the data is; a folder of its own where absent. */
  readonly folder?: string;
  /** Milliseconds for what is left in the log at the end. */
  readonly drainMs?: number;
  /** When all is at rest, before anything is taken away. */
  readonly atEnd?: () => void;
}

/**
 * Runs the plane under load, disturbs it, lets it come to rest and counts. The load waits for its receipts, so that every event sent is
 * receipted in the end: all must be in the lake once.
 */
export async function run(disturb: (bench: Bench) => Promise<void>, options: RunOptions = {}): Promise<Report> {
  const { seed = 1, load = {}, faults = {}, tls, folder = mkdtempSync(join(tmpdir(), 'bw-faults-')) } = options;
  const random = randomOf(seed);
  const records = new Records(random, options.knocking ?? 0);
  const plane = await Plane.in(folder, tls);
  const sender = new Sender({ port: plane.port, records, random, isTls: tls !== undefined, ...load });
  try {
    await plane.start(faults);
    sender.start();
    await disturb({ plane, records, sender, random });
    if (!plane.isUp) await plane.start();
    await sender.end();
    await atRest(plane, records.planted.size + records.callers.size, options.drainMs ?? 120_000);
    await plane.close();
    options.atEnd?.();
    const { killed, kills, failed } = plane;
    const { receipted, resent, refused, latencies } = sender;
    const sorted = latencies.toSorted((a, b) => a - b);
    const receiptP99Ms = Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
    const counted = await tally(plane.dataDir, records);
    return { kills, receipted, ...counted, killed, resent, refused, failed, receiptP99Ms };
  } catch (error) {
    process.stderr.write(readFileSync(plane.logFile, 'utf8').slice(-4000));
    await plane.kill();
    throw error;
  } finally {
    rmSync(plane.logFile, { force: true });
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing waits, and what is to be detected is; or the time is over, and the count will tell. */
async function atRest(plane: Plane, detections: number, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const { state } = plane;
    if (state?.backlog === 0 && state.detections >= detections) return;
    await later(100);
  }
}

/** Resolves when `holds`; throws, naming `what`, where it does not within the time. */
export async function until(what: string, holds: () => boolean, milliseconds = 60_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${milliseconds} ms`);
    await later(20);
  }
}

export const isRight = ({ lost, doubled, detectionsOnce, detectionsExpected, detectionsTooMany }: Report): boolean =>
  lost === 0 && doubled === 0 && detectionsOnce === detectionsExpected && detectionsTooMany === 0;
