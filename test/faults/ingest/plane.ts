import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ruleFiles } from './records.ts';
import type { Faults, FromServer, ServerOptions } from './server.ts';

export const TOKEN = 'bws_faults';
type State = Extract<FromServer, { kind: 'state' }>;

/** The plane under test: one data folder, one port, and a server process after another on them. */
export class Plane {
  readonly dataDir: string;
  readonly port: number;
  /** Deaths by SIGKILL, by who died. */
  readonly killed: Record<string, number> = {};
  /** Ends that nobody asked for and no kill explains: a worker that threw. */
  readonly failed: string[] = [];
  readonly #folder: string;
  readonly #tls: ServerOptions['tls'];
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  state: State | undefined;

  private constructor(folder: string, port: number, tls: ServerOptions['tls']) {
    this.#folder = folder;
    this.dataDir = join(folder, 'data');
    this.port = port;
    this.#tls = tls;
  }

  /** @param folder an existing one, for everything */
  static async in(folder: string, tls?: ServerOptions['tls']): Promise<Plane> {
    mkdirSync(join(folder, 'rules'));
    for (const [name, text] of Object.entries(ruleFiles)) writeFileSync(join(folder, 'rules', name), text);
    return new Plane(folder, await freePort(), tls);
  }

  get kills(): number {
    return Object.values(this.killed).reduce((sum, count) => sum + count, 0);
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** What the server and its children wrote to standard error: beside the folder, whose disk may be full. */
  get logFile(): string {
    return `${this.#folder}.log`;
  }

  /** Starts the server; resolves when its doors are open, or when it has died before. */
  async start(faults: Faults = {}): Promise<void> {
    const options: ServerOptions = {
      dataDir: this.dataDir,
      rules: join(this.#folder, 'rules'),
      port: this.port,
      token: TOKEN,
      faults,
      ...(this.#tls === undefined ? {} : { tls: this.#tls }),
    };
    const log = openSync(this.logFile, 'a');
    const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [JSON.stringify(options)], {
      stdio: ['ignore', log, log, 'ipc'],
    });
    this.#child = child;
    this.state = undefined;
    const open = Promise.withResolvers<void>();
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#child = undefined;
        if (signal === 'SIGKILL') this.#count('server');
        else if (code !== 0) this.failed.push(`server ended (${signal ?? code})`);
        open.resolve();
        resolve();
      });
    });
    child.on('message', (message: FromServer) => {
      if (message.kind === 'open') open.resolve();
      else if (message.kind === 'state') this.state = message;
      else this.#warned(message.message);
    });
    await open.promise;
  }

  /** Ends the server as a power cut of the process would; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#gone;
  }

  /** Lets it finish what it has begun. */
  async close(): Promise<void> {
    this.#child?.send('close', () => {});
    await this.#gone;
  }

  #warned(message: string): void {
    const [, name = '', how] = /^(\S+) ended \((\w+)\)/.exec(message) ?? [];
    if (how === undefined) this.failed.push(message);
    else if (how === 'SIGKILL') this.#count(name.replace(/-\d+-of-\d+$/, ''));
    else this.failed.push(message);
  }

  #count(name: string): void {
    this.killed[name] = (this.killed[name] ?? 0) + 1;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
