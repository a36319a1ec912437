import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPositions } from '../adapters/lmdb/positions.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { SourceDirectory } from '../contracts/source.ts';
import {
  type Intake,
  type OnceRead,
  openNatsDoor,
  openSyslog,
  type Reject,
  readFilesOnce,
  type SyslogOptions,
  textRecord,
  watchFolder,
} from '../ingest/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { PositionStore } from '../ports/positions.ts';
import { type DoorConfig, readDoorsConfig } from './doors-config.ts';
import { places } from './worker/options.ts';

interface DoorsParts {
  readonly dataDir: string;
  /** The file that configures them; `doors.yaml` in the data folder, where there is one. */
  readonly file?: string | undefined;
  readonly tenant: string;
  readonly intake: Intake;
  readonly sources: SourceDirectory;
  readonly warn: (message: string) => void;
}

/** Doors that no request opens: watched folders, streams of a bus, syslog. */
export interface Doors {
  /** What is open, for people: `syslog on 127.0.0.1:6514 (TLS)`. */
  readonly open: readonly string[];
  /** Reads files once to their end, as the source `files`, from where they were left. */
  readOnce(
    paths: readonly string[],
    options: { readonly signal: AbortSignal; readonly onReject: (reject: Reject) => void },
  ): Promise<OnceRead>;
  close(): Promise<void>;
}

/** The source of files that are named on the command line. */
const FILES = 'files';

interface Opened {
  readonly said: readonly string[];
  close(): Promise<void>;
}

/** Opens what is configured. Throws `DOORS_CONFIG_INVALID`, `DOORS_CONFIG_UNREADABLE`, and the doors' coded errors. */
export async function openDoors(parts: DoorsParts): Promise<Doors> {
  const { dataDir, file, tenant, intake } = parts;
  const configured = readDoorsConfig(file ?? join(dataDir, places.doors), file === undefined);
  const positions = openPositions({ path: join(dataDir, places.positions) });
  const opened: Opened[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((door) => door.close()));
    await positions.close();
  };
  try {
    for (const door of configured) opened.push(await openDoor(door, parts, positions));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    open: opened.flatMap(({ said }) => said),
    readOnce: (paths, { signal, onReject }) => {
      const source = { tenant, id: FILES };
      return readFilesOnce(paths, {
        source,
        intake,
        positions,
        clock: systemClock,
        readText: textRecord,
        signal,
        onReject,
      });
    },
    close,
  };
}

async function openDoor(config: DoorConfig, parts: DoorsParts, positions: PositionStore): Promise<Opened> {
  const { tenant, intake, sources, warn } = parts;
  const zone = zoneOf(config.zone);
  const readText = (text: string, receivedAt: number) => textRecord(text, receivedAt, undefined, zone);
  if (config.door === 'syslog') {
    const door = await openSyslog({ intake, directory: sources, clock: systemClock }, syslogOptions(config, zone));
    const said = (['tcp', 'tls', 'udp'] as const).flatMap((kind) => {
      const at = door[kind];
      return at === undefined ? [] : [`syslog on ${at.host}:${at.port} (${kind.toUpperCase()})`];
    });
    return { said, close: () => door.close() };
  }
  const common = { source: { tenant, id: config.source }, intake, clock: systemClock, readText, warn };
  if (config.door === 'file') {
    const { folder, globs, source } = config;
    const watch = await watchFolder({ ...common, folder, positions, ...(globs === undefined ? {} : { globs }) });
    const running = watch.run();
    const close = async (): Promise<void> => {
      await watch.close();
      await running;
    };
    return { said: [`source ${source} watches ${folder}`], close };
  }
  const { servers, stream, subject, consumer, credentials, tls, source } = config;
  const door = openNatsDoor({
    ...common,
    servers,
    stream,
    consumer,
    ...(subject === undefined ? {} : { subject }),
    ...(credentials === undefined ? {} : { credentialsFile: credentials }),
    ...(tls === undefined ? {} : { tls: filesOf(tls) }),
  });
  return { said: [`source ${source} reads the stream ${stream}`], close: () => door.close() };
}

type SyslogConfig = Extract<DoorConfig, { readonly door: 'syslog' }>;
type NatsConfig = Extract<DoorConfig, { readonly door: 'nats' }>;
type ClearConfig = NonNullable<SyslogConfig['tcp']>;

function syslogOptions({ tcp, udp, tls }: SyslogConfig, zone: number): SyslogOptions {
  return {
    zone,
    ...(tcp === undefined ? {} : { tcp: listenOn(tcp) }),
    ...(udp === undefined ? {} : { udp: listenOn(udp) }),
    ...(tls === undefined ? {} : { tls: { ...tls, cert: pem(tls.cert), key: pem(tls.key) } }),
  };
}

function listenOn({ host, port, clearText, peers }: ClearConfig): NonNullable<SyslogOptions['tcp']> {
  return {
    host,
    port,
    ...(clearText === undefined ? {} : { clearText }),
    ...(peers === undefined ? {} : { peers }),
  };
}

function filesOf({ ca, cert, key }: NonNullable<NatsConfig['tls']>) {
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
  };
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BridgewatchError('INGEST_TLS_FILES', `${file} cannot be read (${code}); name a PEM file`, 400, {
      cause: error,
    });
  }
}

/** Milliseconds east of UTC. */
function zoneOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
