import type { ActivityKind, Whence } from '../../contracts/event.ts';

/**
 * What a worker saw of one act since it last said so: like acts (same kind, same telling names) are one sighting with a count. Names are
 * as the lens gives them, programs by their base name in lower case; all are bounded in length. Times are event time, epoch ms; where the
 * record's own is suspect, of its receipt.
 */
export interface Sighting {
  readonly tenant: string;
  readonly source: string;
  readonly kind: ActivityKind;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly targetUser: string | undefined;
  readonly principal: string | undefined;
  readonly image: string | undefined;
  readonly parent: string | undefined;
  /** The first one's, whole up to 2,000 characters; not telling: acts that differ in it alone are one sighting for each 64 at most. */
  readonly commandLine: string | undefined;
  readonly sourceAddress: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly domain: string | undefined;
  /** Service, task, driver, share. */
  readonly object: string | undefined;
  readonly action: string | undefined;
  readonly outcome: 'success' | 'failure' | undefined;
  readonly userAgent: string | undefined;
  readonly whence: Whence | undefined;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Event times of the first 64, ascending; connections only, [] else. */
  readonly times: readonly number[];
  /** Id of the first event. */
  readonly event: string;
  /** Its record as received, where this worker had not seen the like before and it is not too large to carry. */
  readonly raw: string | undefined;
  readonly lens: string;
}
