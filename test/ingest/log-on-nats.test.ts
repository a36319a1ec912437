import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openIngest } from '../../src/host/ingest.ts';
import { startNats } from '../nats-server.ts';

test('with the event log on NATS, what was receipted is in the lake once and detected once', async (context) => {
  const nats = await startNats();
  if ('missing' in nats) return context.skip(nats.missing);
  const dataDir = mkdtempSync(join(tmpdir(), 'bw-nats-log-'));
  const ingest = await openIngest({
    dataDir,
    rules: ['rules'],
    workers: 2,
    flush: { milliseconds: 200 },
    sources: {
      byToken: (token) => (token === 'secret' ? { tenant: 't', id: 'feed' } : undefined),
      byPeer: () => undefined,
    },
    warn: () => undefined,
    http: { host: '127.0.0.1', port: 0 },
    logOnNats: { servers: [nats.url], stream: 'bw-test' },
  });
  try {
    const events = Array.from({ length: 200 }, (_, n) => ({
      '@timestamp': '2026-11-25T07:00:00Z',
      host: `h${n % 20}`,
      n,
    }));
    const body = events.map((event) => `{"create":{}}\n${JSON.stringify(event)}\n`).join('');
    for (let sent = 0; sent < 2; sent += 1) {
      const answer = await fetch(`${ingest.http?.url}/logs/_bulk`, {
        method: 'POST',
        headers: { authorization: 'ApiKey secret', 'content-type': 'application/x-ndjson' },
        body,
      });
      expect(answer.status).toBe(200);
    }
    await expect
      .poll(() => ingest.work.allFiles().reduce((rows, file) => rows + file.rows, 0), { timeout: 30_000 })
      .toBe(200);
    await expect.poll(() => ingest.backlog(), { timeout: 30_000 }).toBeLessThanOrEqual(0);
    expect(ingest.work.counts('t|feed|').get('t|feed|duplicates')).toBe(200);
  } finally {
    await ingest.close();
    await nats.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 90_000);
