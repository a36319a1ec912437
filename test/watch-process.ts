/**
 * A process of its own that watches a folder, for tests. Arguments: a folder that gets the log and the positions, the folder watched. It prints
 * `open`, and takes what comes until it is killed.
 */
import { join } from 'node:path';
import { openLmdbLog } from '../src/adapters/lmdb/event-log.ts';
import { openPositions } from '../src/adapters/lmdb/positions.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { watchFolder } from '../src/ingest/doors/file/watch/index.ts';
import { Intake } from '../src/ingest/index.ts';

const [base = '', folder = ''] = process.argv.slice(2);
const log = openLmdbLog({ path: join(base, 'log') });
const watch = await watchFolder({
  source: { tenant: 'main', id: 'files' },
  folder,
  intake: new Intake({ log, clock: systemClock, incarnation: String(process.pid) }),
  positions: openPositions({ path: join(base, 'positions') }),
  clock: systemClock,
  settleMs: 200,
  warn: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write('open\n');
await watch.run();
