import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One capture as the manifest describes it. */
export interface Capture {
  readonly scenario: string;
  readonly file: string;
  readonly techniques: readonly string[];
  readonly events: number;
  readonly hosts: readonly string[];
}

/** Reads `<data>/manifest.json`: `{ scenarios: [{ scenario, file, techniques, events, hosts }] }`. */
export function capturesIn(data: string): readonly Capture[] {
  const manifest = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as {
    scenarios: (Omit<Capture, 'hosts'> & { hosts?: unknown })[];
  };
  return manifest.scenarios.map(({ scenario, file, techniques, events, hosts }) => ({
    scenario,
    file: join(data, file),
    techniques,
    events,
    hosts: Array.isArray(hosts) ? hosts.map(String) : Object.keys((hosts as object | undefined) ?? {}),
  }));
}

/** True where a finding's technique is the manifest's or its parent. */
export function namesTechnique(shown: readonly string[], expected: readonly string[]): boolean {
  return expected.some(
    (technique) => shown.includes(technique) || shown.includes(technique.split('.')[0] ?? technique),
  );
}
