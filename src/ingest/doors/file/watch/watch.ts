import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JsonObject } from '../../../../contracts/event.ts';
import type { SourceRef } from '../../../../contracts/source.ts';
import { BridgewatchError } from '../../../../kernel/errors.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { PositionStore } from '../../../../ports/positions.ts';
import type { Intake } from '../../../intake.ts';
import { defaultLimits, type IngestLimits } from '../../../limits.ts';
import { type Reject, rejectCodes } from '../../../reject.ts';
import { type Ground, refuse, Stopped } from './ground.ts';
import { KnownContents } from './known.ts';
import { find, lookAgain, Tree } from './tree.ts';
import { type Found, WatchedFile } from './watched-file.ts';

export interface WatchOptions {
  readonly source: SourceRef;
  readonly folder: string;
  /** Paths from the folder (`*.log`, `**\/*.json.gz`); all files where absent. */
  readonly globs?: readonly string[];
  readonly intake: Intake;
  readonly positions: PositionStore;
  readonly clock: Clock;
  readonly limits?: Partial<IngestLimits>;
  /** Text that is no JSON as a record; without it such lines are refused. */
  readonly readText?: (text: string, receivedAt: number) => JsonObject;
  readonly onReject?: (reject: Reject) => void;
  readonly warn: (message: string) => void;
  /** Milliseconds without change after which a file that is read as a whole is complete; 2,000 unless told. */
  readonly settleMs?: number;
}

export interface FileWatch {
  /** One turn over what is due; true where more is waiting. `run` does nothing else. */
  turn(): Promise<boolean>;
  /** Takes what comes until `close`. */
  run(): Promise<void>;
  /** What was read and is not yet durable is read again the next time. */
  close(): Promise<void>;
}

const POLL_MS = 1000;
const SETTLE_MS = 2000;
const REST_MS = 60_000;
/** A file that was renamed may for a moment be in no listing. */
const GONE_MS = 10_000;
const OPEN_FILES = 200;

/** Watches a folder for a source. Throws `INGEST_FOLDER_UNREADABLE`. */
export async function watchFolder(options: WatchOptions): Promise<FileWatch> {
  const { folder } = options;
  try {
    // The folder may be a link; nothing in it is followed.
    return new FolderWatch(options, await realpath(folder));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

class FolderWatch implements FileWatch {
  readonly #options: WatchOptions;
  readonly #ground: Ground;
  readonly #tree: Tree;
  readonly #root: string;
  readonly #files = new Map<string, WatchedFile>();
  readonly #due = new Map<WatchedFile, number>();
  readonly #missing = new Map<WatchedFile, number>();
  readonly #failed = new Map<WatchedFile, string>();
  readonly #stop = new AbortController();
  #present: ReadonlyMap<string, Found> = new Map();
  #listed = false;
  #wake: () => void = () => undefined;
  #nudged = false;
  #running: Promise<void> | undefined;
  #watcher: FSWatcher | undefined;

  constructor(options: WatchOptions, root: string) {
    const { source, intake, positions, clock, limits, readText, onReject, globs, settleMs } = options;
    this.#options = options;
    this.#root = root;
    this.#tree = new Tree(root, globs ?? ['**/*'], clock);
    this.#ground = {
      source,
      intake,
      clock,
      known: new KnownContents(positions, source),
      limits: { ...defaultLimits, ...limits },
      readText,
      anyText: true,
      onReject,
      settleMs: settleMs ?? SETTLE_MS,
      restMs: REST_MS,
      once: false,
      signal: this.#stop.signal,
      present: (inode) => this.#present.has(inode),
    };
  }

  async turn(): Promise<boolean> {
    const nudged = this.#nudged;
    this.#nudged = false;
    if (nudged) this.#tree.nudge();
    if (await this.#tree.look()) await this.#reconcile();
    const now = this.#ground.clock.now();
    const due = [...this.#files.values()].filter((file) => (nudged && file.open) || (this.#due.get(file) ?? 0) <= now);
    let more = false;
    for (const file of due) {
      if (this.#stop.signal.aborted) return false;
      more = (await this.#read(file)) || more;
    }
    await this.#shut(now);
    return more;
  }

  run(): Promise<void> {
    this.#nudge();
    this.#running = this.#loop();
    return this.#running;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#watcher?.close();
    this.#wake();
    await this.#running;
    for (const file of this.#files.values()) await file.close();
  }

  async #loop(): Promise<void> {
    let failing = false;
    while (!this.#stop.signal.aborted) {
      let more = false;
      try {
        more = await this.turn();
        failing = false;
      } catch (error) {
        if (!failing) this.#options.warn(unreadable(this.#options.folder, error).message);
        failing = true;
      }
      if (!more && !this.#nudged) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stop.signal.aborted) this.#wake();
    });
  }

  /** Polling finds everything; being told finds it sooner. */
  #nudge(): void {
    try {
      this.#watcher = watch(this.#root, { persistent: false }, () => {
        this.#nudged = true;
        this.#wake();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No such notices on this file system, or none left.
    }
  }

  async #reconcile(): Promise<void> {
    const now = this.#ground.clock.now();
    const present = new Map<string, Found>();
    for (const found of this.#tree.files()) present.set(found.inode, found);
    this.#present = present;
    const isNew: Found[] = [];
    for (const found of present.values()) {
      const file = this.#files.get(found.inode);
      if (file === undefined) isNew.push(found);
      else {
        this.#missing.delete(file);
        if (file.found.path !== found.path) {
          file.seenAt(found.path, found.absolute);
          this.#due.delete(file);
        }
      }
    }
    // Oldest first: what was rotated away before what took its place.
    for (const found of isNew.toSorted((a, b) => a.modifiedAt - b.modifiedAt))
      this.#files.set(found.inode, new WatchedFile(this.#ground, found));
    for (const file of this.#files.values())
      if (!present.has(file.found.inode) && !this.#missing.has(file)) this.#missing.set(file, now);
    await this.#forget(now);
  }

  async #forget(now: number): Promise<void> {
    const { known } = this.#ground;
    // A folder that is empty all at once is one whose disk is not there: what was read of it is not to be read again.
    const isAway = this.#present.size === 0;
    for (const [file, since] of this.#missing) {
      if (now - since < GONE_MS) continue;
      await file.close();
      if (isAway) continue;
      this.#files.delete(file.found.inode);
      for (const about of [this.#missing, this.#due, this.#failed]) about.delete(file);
      const position = known.at(file.found.inode);
      if (position !== undefined) await known.save({ ...position, inode: null });
    }
    if (this.#listed || isAway) return;
    this.#listed = true;
    const gone = [...known.inodes()].filter(([inode]) => !this.#present.has(inode));
    await known.save(...gone.map(([, position]) => ({ ...position, inode: null })));
  }

  async #read(file: WatchedFile): Promise<boolean> {
    const { clock } = this.#ground;
    try {
      const found = await find(this.#root, file.found.path);
      if (found?.inode !== file.found.inode) {
        this.#tree.again(file.found.path);
        await file.drain();
        if (this.#missing.has(file)) await this.#forget(clock.now());
        return false;
      }
      if (dirname(await realpath(found.absolute)) !== dirname(found.absolute)) return false;
      const more = await file.read(found);
      this.#failed.delete(file);
      if (more) this.#due.delete(file);
      else this.#due.set(file, lookAgain(clock.now(), file.changedAt));
      return more;
    } catch (error) {
      if (error instanceof Stopped) return false;
      await this.#fail(file, error);
      return false;
    }
  }

  /** Said once, and tried again; the other files go on. */
  async #fail(file: WatchedFile, error: unknown): Promise<void> {
    const { clock } = this.#ground;
    await file.close();
    this.#due.set(file, lookAgain(clock.now(), file.changedAt));
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    if (this.#failed.get(file) === why) return;
    this.#failed.set(file, why);
    refuse(this.#ground, file.found.path, 'INGEST_READ_FAILED', `${rejectCodes.INGEST_READ_FAILED}: ${why}`);
  }

  /** Files that rest are not held open, nor more than a few. */
  async #shut(now: number): Promise<void> {
    const open = [...this.#files.values()].filter((file) => file.open && !this.#missing.has(file));
    open.sort((a, b) => b.changedAt - a.changedAt);
    for (const [at, file] of open.entries())
      if (at >= OPEN_FILES || now - file.changedAt > REST_MS * 2) await file.close();
  }
}

function unreadable(folder: string, error: unknown): BridgewatchError {
  const why = (error as NodeJS.ErrnoException).code ?? String(error);
  return new BridgewatchError(
    'INGEST_FOLDER_UNREADABLE',
    `the watched folder ${folder} cannot be read (${why}); give one that exists and that this user may list`,
    400,
    { cause: error },
  );
}
