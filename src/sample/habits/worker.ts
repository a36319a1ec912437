import type { Estate } from '../estate.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';
import type { Process, Session, WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { start } from '../windows/sysmon.ts';

/** A person at work on a machine today: their session, their shell and the programs they have open. */
export interface Worker {
  readonly estate: Estate;
  readonly person: Person;
  readonly host: WindowsHost;
  readonly random: Random;
  readonly session: Session;
  readonly explorer: Process;
  readonly open: Map<string, Process>;
  /** The public address their traffic comes from today. */
  readonly address: string;
  readonly travelling: boolean;
  /** When they mean to leave, epoch ms. */
  readonly leavesAt: number;
  /** Set while the screen is locked, and when the day is over. */
  away: boolean;
  gone: boolean;
}

const quoted = (path: string): string => `"${path}"`;

/** The program if it is open, else opens it from the desktop. */
export function program(worker: Worker, name: string, argumentsText = ''): Process {
  const running = worker.open.get(name);
  if (running !== undefined) return running;
  const of = image(name);
  const process = start(
    worker.estate.sim,
    worker.host,
    worker.explorer,
    of,
    `${quoted(of.path)}${argumentsText === '' ? '' : ` ${argumentsText}`}`,
  );
  worker.open.set(name, process);
  return process;
}

export const profile = (worker: Worker): string => `C:\\Users\\${worker.person.login}`;
export const hive = (worker: Worker): string => `HKU\\${worker.person.sid}`;
