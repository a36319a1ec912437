import { expect, test } from 'vitest';
import { damagedBatches, poisonEvent } from './damage.ts';
import { fullDisk, slowDisk } from './disk.ts';
import { hostileClients } from './hostile.ts';
import { killUntil } from './kills.ts';
import { type Report, run } from './run.ts';

/** Everything receipted is in the lake once, everything planted is detected once. */
function expectRight(report: Report): void {
  const { receipted, inLakeOnce, lost, doubled, detectionsExpected, detectionsOnce, detectionsTooMany } = report;
  expect({ inLakeOnce, lost, doubled, detectionsOnce, detectionsTooMany }).toEqual({
    inLakeOnce: receipted,
    lost: 0,
    doubled: 0,
    detectionsOnce: detectionsExpected,
    detectionsTooMany: 0,
  });
  expect(receipted).toBeGreaterThan(300);
  expect(detectionsExpected).toBeGreaterThan(3);
}
const MINUTES = 60_000;

test(
  'killed at named points and at random times (npm run test:faults does it 200 times)',
  async () => {
    const report = await run((bench) => killUntil(12, bench), { seed: 7, knocking: 0.1 });
    expectRight(report);
    expect(report.kills).toBeGreaterThanOrEqual(12);
  },
  5 * MINUTES,
);

test(
  'damaged batches are put aside and counted, everything else is right',
  async () => {
    const report = await damagedBatches();
    expectRight(report);
    expect(report.aside.map(({ code }) => code).toSorted()).toEqual(['WORKER_BATCH_DAMAGED', 'WORKER_RECORD_DAMAGED']);
    expect(report.counts).toMatchObject({ WORKER_BATCH_DAMAGED: 1, WORKER_RECORD_DAMAGED: 1 });
  },
  4 * MINUTES,
);

test(
  'an event that kills the worker is put aside after two tries alone, and its lane goes on',
  async () => {
    const report = await poisonEvent();
    expectRight(report);
    expect(report.aside.map(({ code, raw }) => [code, raw.text?.includes('"deadly"')])).toEqual([
      ['WORKER_EVENT_POISON', true],
    ]);
    // Once among the others, twice alone.
    expect(report.killed.worker).toBe(3);
  },
  4 * MINUTES,
);

test(
  'a disk without one free byte',
  async ({ skip }) => {
    const report = await fullDisk();
    if ('missing' in report) {
      process.stderr.write(`skipped: ${report.missing}\n`);
      return skip(report.missing);
    }
    expectRight(report);
    expect(report.refused[503]).toBeGreaterThan(40);
  },
  5 * MINUTES,
);

test(
  'a disk whose fsync takes 300 ms',
  async () => {
    const report = await slowDisk();
    expectRight(report);
    expect(report.receiptP99Ms).toBeGreaterThanOrEqual(300);
  },
  4 * MINUTES,
);

test(
  'clients up to no good, and 10,000 connections, while a shipper delivers',
  async ({ skip }) => {
    const report = await hostileClients();
    if ('missing' in report) {
      process.stderr.write(`skipped: ${report.missing}\n`);
      return skip(report.missing);
    }
    expectRight(report);
    const status = (answer: string | undefined): string | undefined =>
      /^HTTP\/1.1 (\d+)/.exec(answer ?? '')?.[1] ?? answer;
    expect(Object.fromEntries(Object.entries(report.answers).map(([name, answer]) => [name, status(answer)]))).toEqual({
      'stalls in its headers': '408',
      'stalls in its body': '408',
      'says it is longer': '400',
      'says it is shorter': '400',
      'says it is huge': '413',
      'sends a gzip bomb': '413',
      'sends invalid UTF-8': '200',
      'sends with a wrong token': '401',
      'begins a TLS handshake': 'closed without a word',
    });
    if (report.tried < 10_000)
      process.stderr.write(`${report.tried} connections only: the limit on open files is lower\n`);
    expect(report.open).toBeLessThan(report.tried);
    expect(report.receiptedMeanwhile).toBeGreaterThan(300);
  },
  5 * MINUTES,
);
