import type { JsonObject, SourceEvent } from '../../src/contracts/event.ts';
import { seeded } from '../../src/kernel/seeded.ts';
import { lensOf } from '../../src/lenses/index.ts';

/** A company as baselines see it: programs, connections, look-ups and logons with habits; the common ones many times over. */
export class Company {
  readonly #hosts: number;
  readonly #users: number;
  readonly #random: () => number;
  #events = 0;

  constructor({ hosts, users, seed }: { readonly hosts: number; readonly users: number; readonly seed: number }) {
    this.#hosts = hosts;
    this.#users = users;
    this.#random = seeded(seed);
  }

  /** Anything, on any host: a third processes, a third connections, look-ups and logons, a third the rest of a sensor's noise. */
  event(at: number): SourceEvent {
    return this.#of(Math.floor(this.#random() * this.#hosts), at, this.#random());
  }

  /** A few things of a host's day. */
  dayOf(host: number, at: number): SourceEvent[] {
    return [0.1, 0.2, 0.45, 0.58, 0.65].map((what) => this.#of(host, at, what));
  }

  #of(host: number, at: number, what: number): SourceEvent {
    this.#events += 1;
    const user = host % this.#users;
    const program = `app${this.#habit(host, 12, 400)}.exe`;
    const image = `C:\\Program Files\\Apps\\${program}`;
    const common = {
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      SourceName: 'Microsoft-Windows-Sysmon',
      Hostname: `ws${host}.corp.example`,
      '@timestamp': new Date(at).toISOString(),
      User: `CORP\\user${user}`,
      Image: image,
    };
    if (what < 0.33)
      return this.#made(at, {
        ...common,
        EventID: 1,
        CommandLine: `"${image}" /open ${Math.floor(this.#random() * 20)}`,
        ParentImage: this.#random() < 0.7 ? 'C:\\Windows\\explorer.exe' : 'C:\\Windows\\System32\\services.exe',
      });
    if (what < 0.5)
      return this.#made(at, {
        ...common,
        EventID: 3,
        DestinationIp: `198.51.${this.#habit(host, 6, 100)}.${this.#habit(host, 6, 200)}`,
        DestinationPort: '443',
        SourceIp: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`,
      });
    if (what < 0.6)
      return this.#made(at, { ...common, EventID: 22, QueryName: `www.site${this.#habit(host, 20, 1000)}.example` });
    if (what < 0.67)
      return this.#made(at, {
        EventID: 4624,
        Channel: 'Security',
        SourceName: 'Microsoft-Windows-Security-Auditing',
        Hostname: common.Hostname,
        '@timestamp': common['@timestamp'],
        TargetUserName: `user${user}`,
        TargetLogonId: `0x${this.#events.toString(16)}`,
        LogonType: '2',
      });
    return this.#made(at, { ...common, EventID: what < 0.8 ? 7 : what < 0.9 ? 11 : 13, TargetFilename: 'C:\\t.tmp' });
  }

  /** One of the few that are this host's own, nearly always. */
  #habit(host: number, own: number, all: number): number {
    return this.#random() < 0.001
      ? Math.floor(this.#random() * all)
      : (host * 31 + Math.floor(this.#random() * own)) % all;
  }

  #made(at: number, record: JsonObject): SourceEvent {
    const lens = lensOf(record);
    return {
      id: this.#events.toString(16).padStart(32, '0'),
      record,
      lens,
      origin: lens.origin(record),
      time: at,
      timeSuspect: false,
      file: 'endpoints',
      line: this.#events,
      bytes: 400,
      raw: '{"a":1}',
    };
  }
}
