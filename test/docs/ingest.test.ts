import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { doorNames, snippetFor } from '../../web/src/features/sources/snippets.ts';

const page = 'docs/ingest.md';
const blocks = (language: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  );
/** As the console shows it, with a port put in. */
const shown = (door: keyof typeof doorNames): string =>
  snippetFor(door, { host: 'ingest.example.org', id: 'linux', token: 'bws_TOKEN' }).replaceAll('<port>', '9200');

const RSYSLOGD = '/usr/sbin/rsyslogd';
const modules = '/usr/lib/x86_64-linux-gnu/rsyslog';

/** Why rsyslog cannot judge here. In CI that is a fault, not a reason to skip. */
function rsyslogMissing(): string | null {
  const absent = [RSYSLOGD, join(modules, 'omelasticsearch.so'), join(modules, 'lmnsd_ossl.so')].filter(
    (path) => !existsSync(path),
  );
  if (absent.length === 0) return null;
  const why = `no ${absent.join(', ')} (Debian: apt-get install rsyslog rsyslog-elasticsearch rsyslog-openssl)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  console.warn(`rsyslog's examples in ${page} not judged by rsyslog: ${why}`);
  return why;
}

describe.skipIf(rsyslogMissing() !== null)("rsyslog's examples", () => {
  it.each([...blocks('rsyslog'), shown('syslog')].map((text, at) => [at, text] as const))(
    'number %i is a configuration that rsyslog takes',
    (_at, text) => {
      const folder = mkdtempSync(join(tmpdir(), 'bw-rsyslog-'));
      try {
        const file = join(folder, 'rsyslog.conf');
        writeFileSync(file, `global(workDirectory="${folder}")\nmodule(load="imuxsock")\n${text}`);
        // Exits with 1 at the first thing that it does not know.
        execFileSync(RSYSLOGD, ['-N1', '-f', file], { stdio: 'pipe' });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

it('has examples in YAML that are YAML, with the token where one goes', () => {
  const examples = [...blocks('yaml'), shown('bulk'), shown('otlp')];
  expect(examples.length).toBeGreaterThan(5);
  // A list is what the server itself reads (doors.yaml), which holds no token.
  for (const text of examples)
    if (!Array.isArray(parse(text))) expect(JSON.stringify(parse(text))).toContain('bws_TOKEN');
});

it('names every door that a shipper comes through', () => {
  const text = readFileSync(page, 'utf8');
  for (const door of Object.keys(doorNames).filter((name) => !['file', 'nats'].includes(name)))
    expect(text, door).toMatch(new RegExp(`\\(door \`${door}\`|or \`${door}\`\\)`));
});
