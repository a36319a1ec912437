import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { openJetStreamLog } from '../../adapters/jetstream/event-log.ts';
import { openLmdbLog } from '../../adapters/lmdb/event-log.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { type LogOnNats, places } from './options.ts';

/** Opens the event log where it is: a folder of the data folder, or NATS. Throws the `LOG_*` errors. */
export async function openLog(dataDir: string, nats: LogOnNats | undefined): Promise<EventLog> {
  if (nats === undefined) return openLmdbLog({ path: join(dataDir, places.log) });
  const { servers, stream: name, replicas, credentials } = nats;
  return openJetStreamLog({
    servers,
    name,
    ...(replicas === undefined ? {} : { replicas }),
    ...(credentials === undefined
      ? {}
      : { connection: { authenticator: credsAuthenticator(readFileSync(credentials)) } }),
  });
}
