import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedRules } from '../../src/cli/load.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import { type Listening, listen } from '../../src/host/web.ts';
import { ensureAdministrator } from '../../src/http/auth/accounts.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { codeNow } from '../http/one-time-code.ts';
import { throwawayFolder } from '../store.ts';

const OWN = 'a password of my own';
const email = 'root@acme.example';
/** Where screenshots go, for whoever wants to look. */
const shots = process.env.SCREENSHOTS;

/** What a person who was given a password does, in a browser, until it takes no password any more. */
describe.skipIf(chromiumMissing('account.test.ts') !== null)('the account in a browser', () => {
  let dataDir: string;
  let profile: string;
  let host: Host;
  let web: Listening;
  let browser: BrowserContext;
  let page: Page;
  let url: string;
  let printed: string;
  let key: string;
  const faults: string[] = [];

  beforeAll(async () => {
    dataDir = throwawayFolder();
    profile = mkdtempSync(join(tmpdir(), 'bw-chromium-'));
    const log = pino({ level: 'silent' });
    host = await openHost({
      dataDir,
      databaseUrl: undefined,
      publicUrl: null,
      tenant: { id: 'acme', name: 'Acme' },
      rules: [shippedRules],
      log,
    });
    const first = await ensureAdministrator(host, { name: 'Ruth Root', email, tenant: 'acme' });
    printed = first?.password ?? '';
    web = await listen(host, { port: 0, address: '127.0.0.1', publicUrl: null, log });
    // Passkeys belong to a name, and a bare address has none.
    url = web.url.replace('127.0.0.1', 'localhost');
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      args: chromiumFlags,
      viewport: { width: 1280, height: 900 },
    });
    page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    const devtools = await browser.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });

  afterAll(async () => {
    await browser?.close();
    await web?.close();
    await host?.close();
    for (const folder of [dataDir, profile])
      if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  const panel = (id: string) => page.locator(`#${id}`);
  const picture = async (name: string): Promise<void> => {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  async function givePassword(password: string): Promise<void> {
    await page.getByLabel('Email').fill(email);
    await field('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  async function leave(): Promise<void> {
    await page.goto(url);
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
  }

  it('lets a given password do nothing but be changed', async () => {
    await page.goto(`${url}/t/acme/ledger`);
    await page.getByLabel('Email').waitFor();
    await picture('sign-in');
    await givePassword(printed);
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    expect(await panel('tokens').count()).toBe(0);
    await picture('first-password');
    await page.goto(`${url}/t/acme/queue`);
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor();
    await field('Current password').fill(printed);
    await field('New password').fill(OWN);
    await field('New password again').fill(OWN);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  });

  it('sets one-time codes up, and asks for them from then on', async () => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await panel('codes').getByRole('textbox', { name: 'Password' }).fill(OWN);
    await panel('codes').getByRole('button', { name: 'Set up' }).click();
    key = (await page.getByTestId('totp-key').textContent()) ?? '';
    await picture('one-time-codes');
    await panel('codes')
      .getByLabel('Code')
      .fill(codeNow(`otpauth://totp/x?secret=${key}`));
    await panel('codes').getByRole('button', { name: 'Turn on' }).click();
    await panel('codes').getByText('On. A code is asked for').waitFor();
    await leave();
    await givePassword(OWN);
    const code = page.getByLabel(/^Code of your authenticator/);
    await code.fill('000000');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('That is not the code of this moment.');
    await picture('code');
    await code.fill(codeNow(`otpauth://totp/x?secret=${key}`));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  });

  it('makes a token, shows it once, and revokes it', async () => {
    await page.goto(`${url}/account`);
    await panel('tokens').getByLabel('What it is for').fill('nightly report');
    await panel('tokens').getByRole('checkbox', { name: 'findings.read' }).click();
    await panel('tokens').getByRole('button', { name: 'Make a token' }).click();
    const token = (await page.getByTestId('new-token').textContent()) ?? '';
    const ask = async () =>
      (await fetch(`${web.url}/api/v1/tenants/acme/findings`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect(await ask()).toBe(200);
    await picture('account');
    await page.reload();
    await page.getByTestId('token').waitFor();
    expect(await page.locator('main').textContent()).not.toContain(token);
    await page.getByTestId('token').getByRole('button', { name: 'Revoke' }).click();
    await page.getByTestId('token').waitFor({ state: 'detached' });
    expect(await ask()).toBe(401);
  });

  it('adds a passkey, and signs in with nothing else', async () => {
    await panel('passkeys').getByLabel('Name of this device').fill('laptop');
    await panel('passkeys').getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByTestId('passkey').getByText('laptop').waitFor();
    await leave();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(faults).toEqual([]);
  });
});
