import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';

const SERVER = '/usr/sbin/nats-server';

/** Debian's nats-server with JetStream, on a free port of loopback. */
export interface NatsServer {
  readonly url: string;
  /** Ends it and starts it again with what it had stored, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Why it cannot be started here. In CI that is a fault, not a reason to skip. */
function missing(): string | null {
  if (existsSync(SERVER)) return null;
  const why = `no ${SERVER} (Debian: apt-get install nats-server)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  return why;
}

/** @param maxPayload bytes of a message the server takes */
export async function startNats({
  maxPayload = 8 * 1024 * 1024,
} = {}): Promise<NatsServer | { readonly missing: string }> {
  const why = missing();
  if (why !== null) return { missing: why };
  const folder = mkdtempSync(join(tmpdir(), 'bw-nats-'));
  const config = join(folder, 'nats.conf');
  const configure = (port: number): void =>
    writeFileSync(
      config,
      `host: 127.0.0.1\nport: ${port}\nmax_payload: ${maxPayload}\nports_file_dir: "${folder}"\njetstream { store_dir: "${folder}/store" }\n`,
    );
  let child: ChildProcess | null = null;
  const start = async (): Promise<string> => {
    const started = spawn(SERVER, ['-c', config], { stdio: 'ignore' });
    child = started;
    for (let turn = 0; turn < 400 && started.exitCode === null; turn++) {
      const file = readdirSync(folder).find((name) => name.endsWith(`_${started.pid}.ports`));
      const { nats } = JSON.parse((file && readFileSync(join(folder, file), 'utf8')) || '{}') as { nats?: string[] };
      if (nats?.[0] !== undefined) return nats[0];
      await later(25);
    }
    throw new Error(`nats-server did not start: ${started.exitCode}`);
  };
  const end = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  // -1: the server takes a port that is free and writes down which.
  configure(-1);
  const url = await start();
  configure(Number(new URL(url).port));
  return {
    url,
    async restart() {
      await end();
      await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
