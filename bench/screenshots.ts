/**
 * Takes the docs' screenshots of a console that shows the demo: `node bench/screenshots.ts --out docs/images`. Needs Chromium
 * (`CHROMIUM`, default /usr/bin/chromium) and the built console.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { chromium } from 'playwright-core';
import { shippedRules } from '../src/cli/load.ts';
import { openHost } from '../src/host/host.ts';
import { listen } from '../src/host/web.ts';
import { createAccount, randomPassword } from '../src/http/auth/accounts.ts';
import { writeSample } from '../src/sample/index.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'docs/images' }, seed: { type: 'string', default: '1' } },
});
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-shots-'));
chmodSync(folder, 0o711);
mkdirSync(values.out, { recursive: true });
const log = pino({ level: 'silent' });
const host = await openHost({
  dataDir: folder,
  databaseUrl: undefined,
  publicUrl: null,
  tenant: { id: 'demo', name: 'Demo company' },
  rules: [shippedRules],
  log,
});
try {
  const person = { name: 'Dana Demo', email: 'dana@demo.example', password: randomPassword() };
  await createAccount(host, { ...person, tenant: host.tenant.id, role: 'analyst' });
  await host.telemetry.read([writeSample(join(folder, 'sample'), { seed: Number(values.seed) }).telemetry], {
    onReject: () => undefined,
  });
  const web = await listen(host, { port: 0, address: '127.0.0.1', publicUrl: null, log });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
      await page.goto(web.url);
      await page.getByLabel(/email/i).fill(person.email);
      await page
        .getByLabel(/password/i)
        .first()
        .fill(person.password);
      await page.keyboard.press('Enter');
      const rows = page.locator('a[href*="/findings/"]');
      await rows.first().waitFor();
      const suffix = colorScheme === 'light' ? '' : '-dark';
      await page.screenshot({ path: join(values.out, `queue${suffix}.png`) });
      await rows.first().click();
      await page
        .getByText(/log-odds/i)
        .first()
        .waitFor();
      await page.getByRole('heading', { name: /timeline/i }).waitFor();
      await page.screenshot({ path: join(values.out, `finding${suffix}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
    await web.close();
  }
} finally {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
}
