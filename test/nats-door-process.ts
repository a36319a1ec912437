/**
 * A process of its own that reads a stream, for tests. Arguments: the folder of the log, the server, stream and consumer. It takes what comes
 * until it is killed.
 */
import { openLmdbLog } from '../src/adapters/lmdb/event-log.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { openNatsDoor } from '../src/ingest/doors/nats/index.ts';
import { Intake } from '../src/ingest/index.ts';

const [path = '', server = '', stream = '', consumer = ''] = process.argv.slice(2);
openNatsDoor({
  source: { tenant: 'main', id: 'bus' },
  servers: [server],
  stream,
  consumer,
  intake: new Intake({ log: openLmdbLog({ path }), clock: systemClock, incarnation: String(process.pid) }),
  clock: systemClock,
  ackWaitMs: 1000,
  warn: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write('open\n');
