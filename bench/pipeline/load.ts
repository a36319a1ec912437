/**
 * The load generator, a process of its own so that its CPU can be told apart: sends `_bulk` requests of the sample company's Windows
 * events, dated now and numbered anew, over keep-alive connections. Told by IPC what rate to hold; tells what was receipted.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  /** NDJSON file of events to repeat. */
  readonly events: string;
  readonly connections: number;
  readonly eventsPerRequest: number;
  /** Bytes an event is brought to, by the message text that its shipper would add. */
  readonly eventBytes: number;
}
export type ToLoad =
  | { readonly kind: 'rate'; readonly eventsPerSecond: number }
  | { readonly kind: 'pause'; readonly paused: boolean }
  | { readonly kind: 'end' };
export interface FromLoad {
  readonly kind: 'counts';
  readonly events: number;
  readonly bytes: number;
  readonly refused: number;
  /** Receipt latencies since the last message, ms. */
  readonly latencies: readonly number[];
  /** Marked events sent since the last message: their mark and when (epoch ms). */
  readonly marked: readonly (readonly [string, number])[];
  /** CPU of this process so far, ms. */
  readonly cpuMs: number;
}

/** A record cut where its times and its number go. */
type Template = readonly string[];

const options: LoadOptions = JSON.parse(process.argv[2] ?? '{}');
const { hostname, port } = new URL(options.url);
const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
const templates = readTemplates();
const headers = {
  authorization: `ApiKey ${options.token}`,
  'content-type': 'application/x-ndjson',
};
let perSecond = 0;
let paused = false;
let ended = false;
let number = Date.now() % 1_000_000_000;
let next = 0;
let sentInAll = 0;
let refused = 0;
let bytes = 0;
let latencies: number[] = [];
let marked: [string, number][] = [];

function readTemplates(): Template[] {
  const lines = readFileSync(options.events, 'utf8').split('\n', 40_000);
  const most: Template[] = [];
  for (const line of lines) {
    const record = line.includes('"winlog"') ? JSON.parse(line) : undefined;
    if (record === undefined) continue;
    const data = Object.entries(record.winlog?.event_data ?? {}).map(([name, value]) => `${name}: ${value}`);
    const message = [record.event?.action, ...data].join('\n');
    // A shipper adds the rendered message; how much of it is kept brings the event to the size asked for.
    record.message = message.repeat(4).slice(0, Math.max(0, options.eventBytes - line.length - 40));
    const text = JSON.stringify(record)
      .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '\u0000iso\u0000')
      .replaceAll(/"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"/g, '\u0000sql\u0000')
      .replace(/"record_id":\d+/, '"record_id":\u0000number\u0000');
    most.push(text.split('\u0000'));
  }
  return most;
}

const action = '{"create":{"_index":"logs-windows"}}\n';

function body(): { text: string; events: number } {
  const now = new Date().toISOString();
  const iso = `"${now}"`;
  const sql = `"${now.replace('T', ' ').slice(0, -1)}"`;
  let text = '';
  for (let at = 0; at < options.eventsPerRequest; at += 1) {
    const template = templates[next] as Template;
    next = (next + 1) % templates.length;
    number += 1;
    text += action;
    for (const part of template)
      text += part === 'iso' ? iso : part === 'sql' ? sql : part === 'number' ? String(number) : part;
    text += '\n';
  }
  return { text, events: options.eventsPerRequest };
}

/** One event that the bench's own rule detects, so that the way from sending to the detection can be timed. */
function marker(): string {
  number += 1;
  const mark = `bw-mark-${process.pid}-${number}`;
  const now = new Date();
  const iso = now.toISOString();
  marked.push([mark, now.getTime()]);
  const record = {
    '@timestamp': iso,
    winlog: {
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider_name: 'Microsoft-Windows-Sysmon',
      computer_name: `mark-${number % 100}.example`,
      event_id: 1,
      record_id: number,
      event_data: {
        UtcTime: iso.replace('T', ' ').slice(0, -1),
        Image: 'C:\\bench\\mark.exe',
        CommandLine: `mark.exe ${mark}`,
        ProcessId: '4',
        ProcessGuid: `{00000000-0000-0000-0000-${String(number).padStart(12, '0')}}`,
      },
    },
    event: { code: 1, provider: 'Microsoft-Windows-Sysmon' },
    agent: { type: 'winlogbeat', version: '7.12.1' },
  };
  return `${action}${JSON.stringify(record)}\n`;
}

function send(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const payload = Buffer.from(text);
    bytes += payload.length;
    const sent = request(
      {
        agent,
        hostname,
        port,
        path: '/_bulk?filter_path=errors',
        method: 'POST',
        headers: { ...headers, 'content-length': payload.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => {
          latencies.push(performance.now() - began);
          resolve(response.statusCode ?? 0);
        });
      },
    );
    sent.once('error', reject);
    sent.end(payload);
  });
}

/** Each connection sends one request after the other, when the rate allows it. */
async function connection(): Promise<void> {
  while (!ended) {
    const wait = due();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      continue;
    }
    taken += options.eventsPerRequest;
    const { text, events } = body();
    const withMark = marksDue() ? text + marker() : text;
    let status = await send(withMark).catch(() => 0);
    while (status !== 200 && !ended) {
      refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = await send(withMark).catch(() => 0);
    }
    if (status === 200) sentInAll += events + (withMark === text ? 0 : 1);
  }
}

let windowAt = performance.now();
let taken = 0;

/** Milliseconds until the next request may go. */
function due(): number {
  if (paused || perSecond === 0) {
    windowAt = performance.now();
    taken = 0;
    return 20;
  }
  const now = performance.now();
  const allowed = ((now - windowAt) / 1000) * perSecond;
  return taken <= allowed ? 0 : Math.min(50, ((taken - allowed) / perSecond) * 1000);
}

let markedAt = 0;
function marksDue(): boolean {
  const now = performance.now();
  if (now - markedAt < 100) return false;
  markedAt = now;
  return true;
}

process.on('message', (message: ToLoad) => {
  if (message.kind === 'end') {
    ended = true;
    setTimeout(() => process.exit(0), 500);
  } else if (message.kind === 'pause') paused = message.paused;
  else {
    perSecond = message.eventsPerSecond;
    windowAt = performance.now();
    taken = 0;
  }
});
process.once('disconnect', () => process.exit(0));

setInterval(() => {
  const { user, system } = process.cpuUsage();
  const counts: FromLoad = {
    kind: 'counts',
    events: sentInAll,
    bytes,
    refused,
    latencies,
    marked,
    cpuMs: (user + system) / 1000,
  };
  latencies = [];
  marked = [];
  process.send?.(counts);
}, 200);
for (let at = 0; at < options.connections; at += 1) void connection();
