import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { selfSigned } from '../../certificate.ts';
import { TOKEN } from './plane.ts';
import { type Report, run, until } from './run.ts';

/** What came of each client that was up to no good: the first line of the answer, or how the connection ended. */
export interface HostileReport extends Report {
  readonly answers: Readonly<Record<string, string>>;
  /** Connections tried at once, and how many were open at the fullest moment. */
  readonly tried: number;
  readonly open: number;
  /** Events receipted while they were. */
  readonly receiptedMeanwhile: number;
  readonly rejected: Readonly<Record<string, number>>;
}

const head = (...more: readonly string[]): string =>
  ['POST /logs/_bulk HTTP/1.1', 'host: x', 'user-agent: x', `authorization: Bearer ${TOKEN}`, ...more, '', ''].join(
    '\r\n',
  );
const record = '{"create":{}}\n{"host":"nobody","winlog":{"event_data":{"marker":"never"}}}\n';
const invalid = Buffer.concat([
  Buffer.from('{"create":{}}\n{"winlog":{"computer_name":"host-1","event_data":{"marker":"invalid-utf8","text":"'),
  Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xf0, 0x9f]),
  Buffer.from('"}}}\n'),
]);

/** What each sends; then it says nothing more, or ends its side. */
const clients: Readonly<Record<string, { readonly sends: string | Buffer; readonly ends?: boolean }>> = {
  'stalls in its headers': { sends: 'POST /logs/_bulk HTTP/1.1\r\nhost: x\r\n' },
  'stalls in its body': { sends: `${head('content-length: 5000')}${record}` },
  'says it is longer': { sends: `${head('content-length: 5000')}${record}`, ends: true },
  'says it is shorter': { sends: `${head('content-length: 10')}${record}` },
  'says it is huge': { sends: `${head('content-length: 99999999999')}${record}` },
  'sends a gzip bomb': { sends: zipped(gzipSync(Buffer.alloc(200 * 1024 * 1024, record))) },
  'sends invalid UTF-8': { sends: Buffer.concat([Buffer.from(head(`content-length: ${invalid.length}`)), invalid]) },
  'sends with a wrong token': { sends: head('content-length: 0').replace(TOKEN, `${TOKEN}0`) },
};

function zipped(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head('content-encoding: gzip', `content-length: ${body.length}`)), body]);
}

/** All of them at once, then 10,000 connections that say nothing, while a shipper delivers over TLS. Needs openssl for the certificate. */
export async function hostileClients(seed = 1): Promise<HostileReport | { missing: string }> {
  const pair = selfSigned('localhost');
  if ('missing' in pair) return pair;
  const folder = mkdtempSync(join(tmpdir(), 'bw-tls-'));
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(tls.certFile, pair.cert);
  writeFileSync(tls.keyFile, pair.key, { mode: 0o600 });
  const answers: Record<string, string> = {};
  let [open, tried, receiptedMeanwhile] = [0, 0, 0];
  let rejected: Readonly<Record<string, number>> = {};
  try {
    const report = await run(
      async ({ plane, sender, records }) => {
        await until('events receipted', () => sender.receipted > 300);
        const before = sender.receipted;
        const asking = Object.entries(clients).map(async ([name, { sends, ends }]) => {
          answers[name] = await answerOf(connectTls(plane.port, { rejectUnauthorized: false }), sends, ends);
        });
        // A record header of 200 bytes, and then nothing.
        const half = Buffer.from('16030100c8010000c40303', 'hex');
        asking.push(
          answerOf(connect(plane.port), half).then((answer) => {
            answers['begins a TLS handshake'] = answer;
          }),
        );
        await Promise.all(asking);
        tried = connectionsAllowed();
        const flood = openMany(plane.port, tried);
        records.events.set('invalid-utf8', 1);
        sender.receipted += 1;
        await until('the connections that say nothing have been ended', () => {
          open = Math.max(open, flood.count());
          return flood.isDone() && flood.count() === 0;
        });
        receiptedMeanwhile = sender.receipted - before;
        rejected = plane.state?.rejected ?? {};
        await plane.kill();
        await plane.start();
      },
      { seed, tls },
    );
    return { ...report, answers, tried, open, receiptedMeanwhile, rejected };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function answerOf(socket: Socket, sends: string | Buffer, ends = false): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (text.includes('\r\n\r\n')) later(500).then(() => socket.destroy());
    });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text.split('\r\n')[0] || 'closed without a word'));
    if (ends) socket.end(sends);
    else socket.write(sends);
  });
}

/**
 * Connections from twenty addresses of this machine: one alone gets no more than its share. In waves, since those that overflow the queue of
 * the listening socket would be thought open by this end alone.
 */
function openMany(port: number, count: number) {
  let [open, done] = [0, false];
  const connectOne = (at: number): void => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${1 + (at % 20)}` });
    let isOpen = false;
    // Read, so that its end is noticed.
    socket.resume().on('error', () => undefined);
    socket.once('connect', () => {
      isOpen = true;
      open += 1;
    });
    socket.once('close', () => {
      if (isOpen) open -= 1;
    });
  };
  const waves = async (): Promise<void> => {
    for (let at = 0; at < count; at += 1) {
      connectOne(at);
      if (at % 400 === 399) await later(100);
    }
    done = true;
  };
  void waves();
  return { count: () => open, isDone: () => done };
}

/** 10,000, or what the limit on open files leaves. */
function connectionsAllowed(): number {
  const limit = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.min(10_000, Number(limit ?? 1024) - 500);
}
