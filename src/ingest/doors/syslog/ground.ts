import type { Intake } from '../../intake.ts';
import type { SyslogCounters } from './counters.ts';
import type { SyslogLimits } from './options.ts';
import type { Room } from './outflow.ts';
import type { Reading } from './received.ts';

/** What the listeners of one door share. */
export interface Ground extends Reading {
  readonly intake: Intake;
  readonly counters: SyslogCounters;
  readonly limits: SyslogLimits;
  readonly room: Room;
}

/** One thing that listens. */
export interface Listener {
  readonly address: { readonly host: string; readonly port: number };
  /** Takes nothing more; resolves when what was read is durable, or the time for it is over. */
  close(): Promise<void>;
}
