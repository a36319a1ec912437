import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type Host, openHost } from '../host/host.ts';
import type { DoorOptions } from '../host/live/open.ts';
import { stopped, stopSignal } from '../host/signals.ts';
import { listen } from '../host/web.ts';
import type { LogOnNats } from '../host/worker/options.ts';
import { ensureAdministrator } from '../http/auth/accounts.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { shippedRules } from './load.ts';
import { oidcOptions } from './oidc.ts';
import { cidrs, wholeNumber } from './options.ts';
import { RejectFile } from './reject-file.ts';

interface ServeOptions {
  readonly data: string;
  readonly port: string;
  readonly address: string;
  readonly publicUrl?: string;
  readonly rules?: readonly string[];
  readonly ingest?: readonly string[];
  readonly doorPort: string;
  readonly doorAddress: string;
  readonly doorCert?: string;
  readonly doorKey?: string;
  readonly doorProxy?: readonly string[];
  readonly doors?: string;
  readonly workers?: string;
  readonly eventLog?: readonly string[];
  readonly eventLogStream: string;
  readonly eventLogCreds?: string;
  readonly keepDays?: string;
  readonly lakeGb?: string;
  readonly admin: string;
  readonly trustedProxy?: readonly string[];
  readonly oidcIssuer?: string;
  readonly oidcClientId?: string;
  readonly oidcClientSecretFile?: string;
  readonly oidcName: string;
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
    .option('--door-port <n>', 'port that shippers send telemetry to over HTTP', '9200')
    .option('--door-address <ip>', 'address it listens on; beyond loopback it needs TLS', '127.0.0.1')
    .option('--door-cert <file>', 'certificate of the door (PEM)')
    .option('--door-key <file>', 'its key (PEM)')
    .option('--door-proxy <cidr...>', 'proxies in front of the door that hold TLS for it')
    .option(
      '--doors <file>',
      'watched folders, NATS streams and syslog to take telemetry from (default: doors.yaml in the data folder)',
    )
    .option('--workers <n>', 'processes that detect and write the lake (default: one less than there are cores)')
    .option(
      '--event-log <url...>',
      'NATS servers whose JetStream keeps what was received (default: the data folder does)',
    )
    .option('--event-log-stream <name>', 'its stream', 'bridgewatch')
    .option('--event-log-creds <file>', 'credentials for it')
    .option('--keep-days <n>', 'days that events are kept (default: as long as there is room)')
    .option('--lake-gb <n>', 'gigabytes that events may take; beyond it the oldest raw records go first')
    .option('--admin <email>', 'email of the first administrator', 'admin@localhost.localdomain')
    .option(
      '--trusted-proxy <cidr...>',
      'reverse proxies whose X-Forwarded-* headers are true (sign-in is limited by the address they name)',
    )
    .addOption(new Option('--oidc-issuer <url>', 'OpenID provider to sign in through').env('BRIDGEWATCH_OIDC_ISSUER'))
    .addOption(new Option('--oidc-client-id <id>', 'our name there').env('BRIDGEWATCH_OIDC_CLIENT_ID'))
    .addOption(
      new Option('--oidc-client-secret-file <file>', 'file that holds our secret there, and nothing else').env(
        'BRIDGEWATCH_OIDC_CLIENT_SECRET_FILE',
      ),
    )
    .addOption(
      new Option('--oidc-name <text>', 'what the sign-in button calls it')
        .env('BRIDGEWATCH_OIDC_NAME')
        .default('OpenID Connect'),
    )
    .action(async (options: ServeOptions) => {
      const log = pino({ base: null }, pino.destination(2));
      const publicUrl = options.publicUrl ?? null;
      const oidc = oidcOptions(options);
      const host = await openHost({
        dataDir: options.data,
        databaseUrl: process.env.DATABASE_URL,
        publicUrl,
        tenant: { id: 'main', name: 'Main' },
        rules: options.rules ?? [shippedRules],
        log,
        doors: doorsOf(options),
        ...(oidc === null ? {} : { oidc }),
      });
      try {
        const web = await listen(host, {
          port: wholeNumber('--port', options.port),
          address: options.address,
          publicUrl,
          log,
          ...(options.trustedProxy === undefined ? {} : { trustedProxies: cidrs(options.trustedProxy) }),
        });
        try {
          // Only once the server can be reached: an account whose password nobody saw would lock everyone out.
          const first = await ensureAdministrator(host, {
            name: 'Administrator',
            email: options.admin,
            tenant: host.tenant.id,
          });
          process.stdout.write(`Console: ${publicUrl ?? web.url}\nTelemetry: ${host.live?.ingest.http?.url}\n`);
          for (const door of host.live?.doors.open ?? []) process.stdout.write(`Telemetry: ${door}\n`);
          if (first !== null)
            process.stdout.write(
              `First sign-in: ${first.email}\nPassword (shown once, to be changed at once): ${first.password}\n`,
            );
          const signal = stopSignal();
          await Promise.all([stopped(signal), readAtStart(options, host, signal)]);
        } finally {
          await web.close();
        }
      } finally {
        await host.close();
      }
    });
}

function doorsOf(options: ServeOptions): DoorOptions {
  const { doorCert: certFile, doorKey: keyFile, doorProxy } = options;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new BridgewatchError('INGEST_TLS_FILES', '--door-cert and --door-key belong together; give both', 400);
  return {
    ...(options.workers === undefined ? {} : { workers: wholeNumber('--workers', options.workers) }),
    ...(options.eventLog === undefined ? {} : { logOnNats: logOnNats(options, options.eventLog) }),
    ...(options.keepDays === undefined ? {} : { retainDays: wholeNumber('--keep-days', options.keepDays) }),
    ...(options.lakeGb === undefined ? {} : { lakeBytes: wholeNumber('--lake-gb', options.lakeGb) * 1e9 }),
    ...(options.doors === undefined ? {} : { doorsFile: options.doors }),
    http: {
      host: options.doorAddress,
      port: wholeNumber('--door-port', options.doorPort),
      ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
      ...(doorProxy === undefined ? {} : { behindProxy: cidrs(doorProxy) }),
    },
  };
}

function logOnNats({ eventLogStream, eventLogCreds }: ServeOptions, servers: readonly string[]): LogOnNats {
  return {
    servers,
    stream: eventLogStream,
    ...(eventLogCreds === undefined ? {} : { credentials: eventLogCreds }),
  };
}

/** A read that fails is said and ends nothing: people are at work in the console. */
async function readAtStart(options: ServeOptions, { live }: Host, signal: AbortSignal): Promise<void> {
  if (options.ingest === undefined || live === undefined) return;
  const rejects = new RejectFile(join(options.data, 'rejects.ndjson'), 'a');
  try {
    const { events, files } = await live.doors.readOnce(options.ingest, { onReject: rejects.add, signal });
    process.stdout.write(`Took ${events} new events from ${files} ${files === 1 ? 'file' : 'files'}\n`);
  } catch (error) {
    process.stderr.write(
      `Reading stopped: ${error instanceof BridgewatchError ? `${error.code}: ${error.message}` : String(error)}\n`,
    );
  } finally {
    rejects.close();
  }
}
