import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readPostmaster } from '../../src/adapters/postgres/embedded/postmaster.ts';

interface Said {
  readonly ready?: boolean;
  readonly seq?: number;
  readonly code?: string;
  readonly message?: string;
}

/** A `store-server.ts` running on a data folder. */
export interface StoreProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it logged so far. */
  logged(): string;
  /** The next line it prints that `fits`; fails when it ends first. */
  says(fits: (line: Said) => boolean): Promise<Said>;
  /** Highest entry it said was committed. */
  committed(): number;
  /** Ends it the way a crash does, and waits until it is gone. */
  kill(): Promise<void>;
}

export function startStoreProcess(dataDir: string, mode: 'write' | 'idle' = 'write'): StoreProcess {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve('./store-server.ts')), dataDir, mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let committed = 0;
  let logged = '';
  let ended = false;
  const lines: Said[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged += text;
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (text) => {
    const line: Said = JSON.parse(text);
    committed = Math.max(committed, line.seq ?? 0);
    lines.push(line);
    tell();
  });
  const exit = once(child, 'exit');
  reader.on('close', () => {
    ended = true;
    tell();
  });
  return {
    child,
    logged: () => logged,
    committed: () => committed,
    says: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (found === undefined && !ended) return;
          listeners.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`the process ended: ${JSON.stringify(lines.at(-1))} ${logged}`));
        };
        listeners.add(look);
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Process id of the PostgreSQL on a data folder. */
export function postmasterOf(dataDir: string): number {
  const found = readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') });
  if (found === null) throw new Error(`no postmaster on ${dataDir}`);
  return found.pid;
}
