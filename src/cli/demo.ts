import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { pino } from 'pino';
import { dryRunConnector } from '../adapters/connectors/dry-run/dry-run.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { decideAsAnalyst } from '../demo/analyst.ts';
import type { DemoSummary } from '../demo/score.ts';
import { plantedFound } from '../demo/score.ts';
import { type Host, openHost } from '../host/host.ts';
import { stopped, stopSignal } from '../host/signals.ts';
import { listen } from '../host/web.ts';
import { createAccount, randomPassword } from '../http/auth/accounts.ts';
import { actionKinds } from '../respond/index.ts';
import { type GroundTruth, writeSample } from '../sample/index.ts';
import { shippedRules } from './load.ts';
import { wholeNumber } from './options.ts';

interface DemoOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly data?: string;
  readonly port: string;
  readonly seed: string;
}

const ANALYST = { name: 'Dana Demo', email: 'dana@demo.example' };

/** A replay is one piece: it becomes visible when it is read, as one settling, whatever the machine's speed. */
const atEnd = { onReject: () => undefined, settleEvery: Number.POSITIVE_INFINITY };

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      "replay a sample company's working day that hides three intrusions, and open the console on what was found",
    )
    .option('--once', 'no browser and no prompt: replay, decide as a demo analyst, verify the ledger, print a summary')
    .option('--json', 'with --once: print the summary as JSON')
    .option('--data <dir>', 'data folder (default: a new temporary one)')
    .option('--port <n>', 'port of the console; 0 takes a free one', '8443')
    .option('--seed <n>', 'seed of the sample', '1')
    .action(async (options: DemoOptions) => {
      const folder = options.data ?? temporaryFolder();
      mkdirSync(folder, { recursive: true });
      try {
        await (options.once === true ? once(folder, options) : stay(folder, options));
      } finally {
        if (options.data === undefined) rmSync(folder, { recursive: true, force: true });
      }
    });
}

/** Passable (not readable) by others: where the demo runs as root, PostgreSQL runs as a user of its own and must reach its folder. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-demo-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** Replay, decide, verify, report; exit status 0 only where every part of that came out right. */
async function once(folder: string, options: DemoOptions): Promise<void> {
  const started = performance.now();
  const say = options.json === true ? () => undefined : write;
  const { telemetry, truth } = sample(folder, options, say);
  const host = await open(folder);
  try {
    const { account } = await analyst(host);
    const replay = await host.telemetry.read([telemetry], atEnd);
    say(`Read ${replay.events} events: ${replay.detections} detections, ${replay.findings.length} findings`);
    const found = plantedFound(truth, replay.findings, host.lake);
    const determinations = await decideAsAnalyst(host.store, systemClock, {
      tenant: host.tenant.id,
      analyst: account,
      truth,
      lake: host.lake,
    });
    const ledger = await host.store.verifyLedger();
    const summary: DemoSummary = {
      events: replay.events,
      detections: replay.detections,
      findings: replay.findings.length,
      planted: truth.intrusions.length,
      plantedFound: found.length,
      determinations,
      ledgerEntries: ledger.entries,
      ledgerVerified: ledger.verified,
      seconds: (performance.now() - started) / 1000,
    };
    process.stdout.write(options.json === true ? `${JSON.stringify(summary)}\n` : `\n${table(summary)}`);
    const right =
      summary.plantedFound === summary.planted &&
      summary.planted > 0 &&
      summary.ledgerVerified &&
      determinations > 0 &&
      determinations === summary.findings;
    if (!right) process.exitCode = 1;
  } finally {
    await host.close();
  }
}

/** Replay with the console open, until stopped. */
async function stay(folder: string, options: DemoOptions): Promise<void> {
  const { telemetry } = sample(folder, options, write);
  const host = await open(folder);
  try {
    const { password } = await analyst(host);
    const log = pino({ base: null, level: 'warn' }, pino.destination(2));
    const web = await listen(host, {
      port: wholeNumber('--port', options.port),
      address: '127.0.0.1',
      publicUrl: null,
      log,
    });
    try {
      write(`\nConsole   ${web.url}`);
      write(`Sign in   ${ANALYST.email}`);
      write(`Password  ${password}\n`);
      const signal = stopSignal();
      const reading = host.telemetry.read([telemetry], { ...atEnd, signal });
      const { events, detections, findings } = await reading;
      if (!signal.aborted)
        write(
          `Read ${events} events: ${detections} detections, ${findings.length} findings wait in the queue. Ctrl-C stops.`,
        );
      await stopped(signal);
    } finally {
      await web.close();
    }
  } finally {
    await host.close();
  }
}

function sample(
  folder: string,
  options: DemoOptions,
  say: (line: string) => void,
): { telemetry: string; truth: GroundTruth } {
  say('Writing the working day of a 60-person company ...');
  const { telemetry, truth } = writeSample(join(folder, 'sample'), { seed: wholeNumber('--seed', options.seed) });
  return { telemetry, truth };
}

/** The demo rehearses response: its connector touches nothing and says so. */
function open(folder: string): Promise<Host> {
  const rehearsal = dryRunConnector(Object.keys(actionKinds));
  return openHost({
    connectorFor: async () => ({ id: 'dry-run', connector: rehearsal }),
    dataDir: folder,
    databaseUrl: undefined,
    publicUrl: null,
    tenant: { id: 'demo', name: 'Demo company' },
    rules: [shippedRules],
    log: pino({ base: null, level: 'warn' }, pino.destination(2)),
  });
}

/** The demo's person. A data folder used before keeps its accounts; the new one then gets an address of its own. */
async function analyst(host: Host): Promise<{ account: { id: string; name: string }; password: string }> {
  const password = randomPassword();
  const known = await host.auth.accounts();
  const email = known === 0 ? ANALYST.email : `dana+${known}@demo.example`;
  const account = await createAccount(host, { ...ANALYST, email, password, tenant: host.tenant.id, role: 'analyst' });
  return { account, password };
}

function table(summary: DemoSummary): string {
  return `${Object.entries(summary)
    .map(([name, value]) => `${name.padEnd(16)} ${typeof value === 'number' ? Math.round(value * 10) / 10 : value}`)
    .join('\n')}\n`;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
