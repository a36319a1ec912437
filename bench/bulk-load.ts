/** The load of bench/bulk.ts: bulk bodies of events of 1.5 KB, over a few connections kept open. Started by it, talks to it over IPC. */
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';

const [, , url = '', events = '0', body = '500', connections = '4', gzip = 'false'] = process.argv;
const per = Number(body);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });

/** A process start as Winlogbeat ships it, every value its own where a host's would be. */
function event(n: number): string {
  const host = `ws-${n % 400}.corp.example`;
  const hex = (n * 2654435761).toString(16).padStart(12, '0').slice(-12);
  return JSON.stringify({
    '@timestamp': new Date(1_764_000_000_000 + n * 37).toISOString(),
    event: { code: '1', kind: 'event', provider: 'Microsoft-Windows-Sysmon', created: '2026-11-25T07:00:00.000Z' },
    log: { level: 'information' },
    host: { name: host },
    winlog: {
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider_name: 'Microsoft-Windows-Sysmon',
      computer_name: host,
      event_id: '1',
      record_id: n,
      process: { pid: 1000 + (n % 9000), thread: { id: n % 7777 } },
      event_data: {
        UtcTime: '2026-11-25 07:00:00.000',
        ProcessGuid: `{a98268c1-9587-5b6c-0000-${hex}}`,
        ProcessId: String(n % 32768),
        Image: 'C:\\Program Files\\Common Files\\Example\\agent.exe',
        CommandLine: `"C:\\Program Files\\Common Files\\Example\\agent.exe" --session ${hex} --collect metrics,logs --upload https://collector.example/in`,
        CurrentDirectory: 'C:\\Windows\\system32\\',
        User: `CORP\\user${n % 900}`,
        LogonId: `0x${(n % 100000).toString(16)}`,
        IntegrityLevel: 'Medium',
        Hashes: `MD5=${hex}${hex}00000000,SHA256=${hex}${hex}${hex}${hex}${hex}0000`,
        ParentImage: 'C:\\Windows\\System32\\services.exe',
        ParentCommandLine: 'C:\\Windows\\system32\\services.exe',
      },
      user: { identifier: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', type: 'User' },
    },
    message: `Process Create: RuleName: - Image: agent.exe of session ${hex}, signed by Example Corporation, on behalf of user${n % 900}: ${hex}${hex}`,
    agent: { type: 'winlogbeat', version: '8.19.0', name: host },
    ecs: { version: '8.0.0' },
  });
}

function bodies(from: number, to: number): Buffer[] {
  const made: Buffer[] = [];
  for (let at = from; at < to; at += per) {
    let text = '';
    for (let n = at; n < at + per; n += 1) text += `{"create":{"_index":"winlogbeat-8.19.0"}}\n${event(n)}\n`;
    made.push(gzip === 'true' ? gzipSync(text, { level: 1 }) : Buffer.from(text));
  }
  return made;
}

async function post(content: Buffer): Promise<void> {
  const headers = {
    authorization: 'ApiKey bench',
    'content-type': 'application/x-ndjson',
    'content-length': content.length,
    ...(gzip === 'true' ? { 'content-encoding': 'gzip' } : {}),
  };
  await new Promise<void>((resolve, reject) => {
    const sent = request(
      `${url}/_bulk?filter_path=errors,items.*.error,items.*.status`,
      { method: 'POST', agent, headers },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        response.resume().on('end', resolve);
      },
    );
    sent.on('error', reject).end(content);
  });
}

async function send(all: readonly Buffer[]): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let content = all[next++]; content !== undefined; content = all[next++]) await post(content);
  };
  await Promise.all(Array.from({ length: Number(connections) }, one));
}

const count = Number(events);
const bytes = Buffer.byteLength(event(count));
const warm = bodies(0, count / 10);
// As many bodies as a fifth holds, with other events in each, sent again and again: a body is made before, not while it is sent.
const main = bodies(count / 10, count / 10 + count / 5);
await send(warm);
process.send?.('warm');
process.once('message', async () => {
  const cpu = process.cpuUsage();
  let sent = 0;
  for (; sent < count; sent += main.length * per) await send(main);
  const used = process.cpuUsage(cpu);
  process.send?.({ cpuMicros: used.user + used.system, bytes: bytes * sent, events: sent });
});
