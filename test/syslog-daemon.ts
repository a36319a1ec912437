import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';

/** A syslog daemon that a test has started, with a socket of its own to take messages at. */
export interface SyslogDaemon {
  /** What it said of itself so far. */
  said(): string;
  /** Messages as a program writes them, one a line. Resolves when the daemon has been handed them. */
  send(lines: readonly string[]): Promise<void>;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

interface Started {
  readonly name: string;
  readonly child: ChildProcess;
  readonly folder: string;
  /** Path of the socket it listens at. */
  readonly input: string;
  /** What it says elsewhere than on its outputs. */
  readonly alsoSaid?: () => string;
}

/** Waits until the daemon listens. Throws what it said where it does not. */
export async function listeningDaemon({ name, child, folder, input, alsoSaid }: Started): Promise<SyslogDaemon> {
  let spoken = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      spoken += chunk.toString();
    });
  const ended = once(child, 'exit');
  const said = (): string => spoken + (alsoSaid?.() ?? '');
  await listening(name, child, input, said);
  return {
    said,
    async send(lines) {
      const socket = connect(input);
      await once(socket, 'connect');
      socket.end(lines.map((line) => `${line}\n`).join(''));
      await once(socket, 'close');
    },
    async stop() {
      child.kill('SIGTERM');
      const gone = await Promise.race([ended.then(() => true), later(5000, false, { ref: false })]);
      if (!gone) {
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(name: string, child: ChildProcess, path: string, said: () => string): Promise<void> {
  for (let turn = 0; turn < 400 && child.exitCode === null; turn += 1) {
    if (existsSync(path) && (await accepts(path))) return;
    await later(25);
  }
  child.kill('SIGKILL');
  throw new Error(`${name} did not start: ${said()}`);
}

/** The socket's file is there a moment before anybody listens at it. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
