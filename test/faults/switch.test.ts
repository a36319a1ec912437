import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapters/postgres/connection.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { SwitchScope } from '../../src/contracts/autonomy.ts';
import { liftAutomation, stopAutomation } from '../../src/decide/index.ts';
import { openThrowawayStore, type ThrowawayStore, throwawayFolder } from '../store.ts';

/** What a stop promises, and what it takes a worker to say that it heard. */
const ONE_SECOND = 1000;
const TO_SAY_SO = 100;

interface Said {
  readonly mayAct: boolean;
  readonly at: number;
}

interface Worker {
  readonly child: ChildProcess;
  /** When it first said so after `since`. */
  says(mayAct: boolean, since: number): Promise<number>;
  now(): boolean | undefined;
}

const workers: Worker[] = [];

function startWorker(databaseUrl: string, dataDir: string, tenant: string): Worker {
  const script = join(import.meta.dirname, 'switch-watcher.ts');
  const child = spawn(process.execPath, [script, databaseUrl, dataDir, tenant], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: Said[] = [];
  const waiting = new Set<() => void>();
  const failed: ((why: Error) => void)[] = [];
  let errors = '';
  child.once('exit', (code) => {
    for (const reject of failed) reject(new Error(`the worker ended with ${code}: ${errors}`));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  const worker: Worker = {
    child,
    now: () => lines.at(-1)?.mayAct,
    says: (mayAct, since) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.mayAct === mayAct && line.at >= since);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found.at);
        };
        failed.push(reject);
        waiting.add(look);
        look();
      }),
  };
  workers.push(worker);
  return worker;
}

/** Stands between a worker and PostgreSQL, and can go silent or away. */
class Road {
  readonly folder = throwawayFolder();
  readonly #to: Connection;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #silent = false;

  constructor(to: Connection) {
    this.#to = to;
  }

  async open(): Promise<void> {
    this.#silent = false;
    this.#server = createServer((near) => {
      const far = createConnection(join(this.#to.host, `.s.PGSQL.${this.#to.port}`));
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      near.on('data', (data) => this.#silent || far.write(data)).on('close', () => far.destroy());
      far.on('data', (data) => this.#silent || near.write(data)).on('close', () => near.destroy());
    });
    await new Promise<void>((resolve) => this.#server?.listen(join(this.folder, '.s.PGSQL.5432'), resolve));
  }

  /** Nothing comes through any more, and nobody is told. */
  goSilent(): void {
    this.#silent = true;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function urlOf({ database, user, password }: Connection, host: string, port: number): string {
  const at = `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return `postgresql://${at}/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

describe('the switch, in every process', () => {
  let room: ThrowawayStore;
  let road: Road;
  let near: Worker;
  let far: Worker;
  const folders = { near: throwawayFolder(), far: throwawayFolder() };
  const tenant: SwitchScope = { stops: 'tenant', tenant: 'acme' };
  const by = { id: 'lee', name: 'Lee Lead' };
  const stop = (scope: SwitchScope) =>
    stopAutomation(room.store, systemClock, { scope, via: 'console', viaTenant: 'acme', why: '', by });
  const lift = (scope: SwitchScope) =>
    liftAutomation(room.store, systemClock, { scope, viaTenant: null, why: '', by, held: [] });

  beforeAll(async () => {
    room = await openThrowawayStore();
    await room.store.createTenant({ id: 'acme', name: 'Acme' });
    await room.store.addMember('acme', 'lee', 'lead');
    road = new Road(room.owner);
    await road.open();
    near = startWorker(urlOf(room.owner, room.owner.host, room.owner.port), folders.near, 'acme');
    far = startWorker(urlOf(room.owner, road.folder, 5432), folders.far, 'acme');
    await Promise.all([near.says(true, 0), far.says(true, 0)]);
  });
  afterAll(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await road.cut();
    await room.close();
    for (const folder of [folders.near, folders.far, road.folder]) rmSync(folder, { recursive: true, force: true });
  });

  test('a stop reaches both within a second, and so does its lifting', async () => {
    for (const scope of [tenant, { stops: 'everything' } as const]) {
      const pressed = Date.now();
      await stop(scope);
      for (const worker of [near, far])
        expect((await worker.says(false, pressed)) - pressed).toBeLessThan(ONE_SECOND + TO_SAY_SO);
      const lifted = Date.now();
      await lift(scope);
      await Promise.all([near.says(true, lifted), far.says(true, lifted)]);
    }
  });

  test.each([
    ['gone', () => road.cut()],
    ['silent', async () => road.goSilent()],
  ])('a worker whose database is %s stops within a second, unasked; the other goes on', async (_how, lose) => {
    const lost = Date.now();
    await lose();
    expect((await far.says(false, lost)) - lost).toBeLessThan(ONE_SECOND + TO_SAY_SO);
    expect(near.now()).toBe(true);
    // A stop that it cannot hear of has been obeyed already; once it can hear again, it obeys that.
    const pressed = Date.now();
    await stop(tenant);
    await near.says(false, pressed);
    await road.cut();
    await road.open();
    expect(far.now()).toBe(false);
    const lifted = Date.now();
    await lift(tenant);
    await Promise.all([near.says(true, lifted), far.says(true, lifted)]);
  });

  test('a file on disk stops a worker at once, and what it stopped stands until somebody lifts it', async () => {
    const put = Date.now();
    writeFileSync(join(folders.near, 'STOP'), '');
    expect((await near.says(false, put)) - put).toBeLessThan(TO_SAY_SO);
    // The other shares no disk with it: it hears of the file through the store.
    expect((await far.says(false, put)) - put).toBeLessThan(ONE_SECOND + TO_SAY_SO);
    await expect(
      liftAutomation(room.store, systemClock, {
        scope: { stops: 'everything' },
        viaTenant: null,
        why: '',
        by,
        held: [{ stops: 'everything' }],
      }),
    ).rejects.toMatchObject({ code: 'SWITCH_FILE_THERE' });
    const removed = Date.now();
    rmSync(join(folders.near, 'STOP'));
    await expect.poll(async () => (await lift({ stops: 'everything' })).length).toBeGreaterThan(0);
    await Promise.all([near.says(true, removed), far.says(true, removed)]);
  });

  test('a file stops a worker that can reach no database, and may name what it stops', async () => {
    const gone = Date.now();
    await road.cut();
    await far.says(false, gone);
    mkdirSync(folders.far, { recursive: true });
    writeFileSync(join(folders.far, 'STOP'), '# during the audit\nclass acme discovery/close:benign\n');
    await road.open();
    // Another class than the worker's.
    await far.says(true, gone + 1);
    const named = Date.now();
    writeFileSync(join(folders.far, 'STOP'), 'class acme credential-access/close:benign\n');
    expect((await far.says(false, named)) - named).toBeLessThan(TO_SAY_SO);
  });
});
