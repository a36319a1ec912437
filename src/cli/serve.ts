import { join } from 'node:path';
import type { Command } from 'commander';
import { pino } from 'pino';
import { openHost } from '../host/host.ts';
import { stopped, stopSignal } from '../host/signals.ts';
import type { Telemetry } from '../host/telemetry.ts';
import { listen } from '../host/web.ts';
import { ensureAdministrator } from '../http/auth/accounts.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { shippedRules } from './load.ts';
import { wholeNumber } from './options.ts';
import { RejectFile } from './reject-file.ts';

interface ServeOptions {
  readonly data: string;
  readonly port: string;
  readonly address: string;
  readonly publicUrl?: string;
  readonly rules?: readonly string[];
  readonly ingest?: readonly string[];
  readonly admin: string;
}

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the server: embedded store, API and console')
    .option('--data <dir>', 'data folder', 'data')
    .option('--port <n>', 'port to listen on', '8443')
    .option(
      '--address <ip>',
      'address to listen on; beyond loopback put TLS in front and give --public-url',
      '127.0.0.1',
    )
    .option('--public-url <url>', 'how people reach the server, where not by its own address')
    .option('--rules <dir...>', 'Sigma rules to use (default: the rules that ship)')
    .option('--ingest <file...>', "telemetry files or folders to read at start; '-' is standard input")
    .option('--admin <email>', 'email of the first administrator', 'admin@localhost.localdomain')
    .action(async (options: ServeOptions) => {
      const log = pino({ base: null }, pino.destination(2));
      const publicUrl = options.publicUrl ?? null;
      const host = await openHost({
        dataDir: options.data,
        databaseUrl: process.env.DATABASE_URL,
        publicUrl,
        tenant: { id: 'main', name: 'Main' },
        rules: options.rules ?? [shippedRules],
        log,
      });
      try {
        const web = await listen(host, {
          port: wholeNumber('--port', options.port),
          address: options.address,
          publicUrl,
          log,
        });
        try {
          // Only once the server can be reached: an account whose password nobody saw would lock everyone out.
          const first = await ensureAdministrator(host, {
            name: 'Administrator',
            email: options.admin,
            tenant: host.tenant.id,
          });
          process.stdout.write(`Console: ${publicUrl ?? web.url}\n`);
          if (first !== null)
            process.stdout.write(`First sign-in: ${first.email}\nPassword (shown once): ${first.password}\n`);
          const signal = stopSignal();
          await Promise.all([stopped(signal), readAtStart(options, host.telemetry, signal)]);
        } finally {
          await web.close();
        }
      } finally {
        await host.close();
      }
    });
}

/** A read that fails is said and ends nothing: people are at work in the console. */
async function readAtStart(options: ServeOptions, telemetry: Telemetry, signal: AbortSignal): Promise<void> {
  if (options.ingest === undefined) return;
  const rejects = new RejectFile(join(options.data, 'rejects.ndjson'), 'a');
  try {
    const { events, findings } = await telemetry.read(options.ingest, { onReject: rejects.add, signal });
    process.stdout.write(`Read ${events} events: ${findings.length} findings above the line\n`);
  } catch (error) {
    process.stderr.write(
      `Reading stopped: ${error instanceof BridgewatchError ? `${error.code}: ${error.message}` : String(error)}\n`,
    );
  } finally {
    rejects.close();
  }
}
