import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { type LogPlace, openLog } from '../../test/event-log-process.ts';
import { eventLogSuite } from '../../test/event-log-suite.ts';
import { startNats } from '../../test/nats-server.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';

describe('event log in memory', () => {
  eventLogSuite(async () => {
    const log = new MemoryLog();
    return { open: async () => log, remove: async () => undefined };
  });
});

describe('event log on LMDB', () => {
  eventLogSuite(async () => {
    const path = mkdtempSync(join(tmpdir(), 'bw-log-'));
    const place: LogPlace = { lmdb: { path } };
    return { place, open: () => openLog(place), remove: async () => rmSync(path, { recursive: true, force: true }) };
  });
});

const nats = await startNats();

describe('event log on JetStream', () => {
  if ('missing' in nats) {
    test('needs nats-server', (context) => context.skip(nats.missing));
    return;
  }
  afterAll(() => nats.stop());
  eventLogSuite(async () => {
    const name = `log-${randomBytes(6).toString('hex')}`;
    const place: LogPlace = { jetstream: { servers: [nats.url], name, maxBytes: 8 * 1024 * 1024 } };
    return { place, open: () => openLog(place), remove: async () => undefined };
  });
});
