import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { SourceRef } from '../../src/contracts/source.ts';
import type { IngestView, SourceHealthView } from '../../src/http/views-ingest.ts';
import { SourceCounters } from '../../src/ingest/source-counters.ts';
import { sha256 } from '../../src/kernel/ids.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { type House, openHouse, PASSWORD } from '../http/house.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');
/** Where screenshots go, for whoever wants to look. */
const shots = process.env.SCREENSHOTS;

/** What a lead does to let a feed send, and to let it send no more. */
describe.skipIf(chromiumMissing('sources.test.ts') !== null)('sources in a browser', () => {
  let house: House;
  let url: string;
  let browser: Browser;
  let page: Page;
  const counters = new SourceCounters(systemClock);
  const faults: string[] = [];
  let health: SourceHealthView[] = [];
  let wayIn: IngestView = {
    lake: { bytes: 1_300_000_000, rows: 12_345_678, oldestHour: '2026-01-02T07' },
    disk: { state: 'ok', bytes: 2_000_000_000, budget: 10_000_000_000, rawDropped: 0, filesDropped: 0 },
    backlog: 0,
    workers: [
      { name: 'worker-0', isRunning: true, restarts: 0 },
      { name: 'keeper', isRunning: true, restarts: 0 },
    ],
    door: 'http://127.0.0.1:9200',
    otherDoors: ['syslog on 127.0.0.1:6514 (TLS)'],
  };

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    house = await openHouse({
      webRoot,
      sourceCounts: (source: SourceRef) => counters.of(source),
      sourceHealth: () => health,
      ingest: async () => wayIn,
    });
    url = await house.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    page = await signedIn('lee@acme.example');
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  });

  async function signedIn(email: string): Promise<Page> {
    const opened = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    opened.setDefaultTimeout(15_000);
    opened.on('pageerror', (error) => faults.push(error.message));
    opened.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    await opened.goto(url);
    await opened.getByLabel('Email').fill(email);
    await opened.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await opened.getByRole('button', { name: 'Sign in' }).click();
    await opened.getByRole('heading', { name: 'Queue' }).waitFor();
    await opened.getByRole('link', { name: 'Sources' }).click();
    await opened.getByRole('heading', { name: 'Sources', exact: true, level: 1 }).waitFor();
    return opened;
  }
  const picture = async (name: string): Promise<void> => {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  const row = (id: string) => page.locator(`[data-testid="source"][data-id="${id}"]`);
  /** What the store holds of each token. */
  const hashes = async () =>
    (await house.store.withTenants(['acme'], (tx) => tx.sources.live())).tokens.map(({ hash }) => hash);
  async function add(
    id: string,
    name: string,
    door: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Id', { exact: true }).fill(id);
    await page.getByLabel('How it sends').selectOption(door);
    for (const [label, text] of Object.entries(more)) await page.getByLabel(label).fill(text);
    await page.getByRole('button', { name: 'Add source' }).click();
    await page.getByRole('heading', { name: `Token of ${id}` }).waitFor();
    return (await page.getByTestId('new-source-token').textContent()) ?? '';
  }

  it('adds a source, and shows its token once, with what to tell the shipper', async () => {
    await page.getByText('Nothing sends yet').waitFor();
    await picture('sources-empty');
    const token = await add('winlog', 'Windows servers', 'bulk');
    expect(await hashes()).toEqual([sha256(token)]);
    const snippet = await page.getByTestId('snippet').textContent();
    expect(snippet).toContain(`api_key: "winlog:${token}"`);
    expect(snippet).toContain('hosts: ["http://127.0.0.1:9200"]');
    await picture('source-added');
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.reload();
    await row('winlog').waitFor();
    expect(await page.content()).not.toContain(token);
  });

  it('says why one cannot be added, and lists what came of those that are', async () => {
    await add('edge', 'Edge firewalls', 'syslog', { 'Addresses it sends from': '10.1.0.0/16, 192.0.2.7' });
    await page.getByLabel('Name').fill('Another');
    await page.getByLabel('Id', { exact: true }).fill('other');
    await page.getByLabel('Addresses it sends from').fill('10.1.2.3');
    await page.getByRole('button', { name: 'Add source' }).click();
    await page.getByRole('alert').filter({ hasText: 'is source edge already' }).waitFor();
    counters.received({ tenant: 'acme', id: 'winlog' }, 1_234_567, 1_900_000_000);
    counters.rejected({ tenant: 'acme', id: 'winlog' }, 'RECORD_TOO_LARGE', 12);
    counters.slowed({ tenant: 'acme', id: 'winlog' });
    await row('winlog').getByText('1,234,567').waitFor();
    await row('winlog').getByText('1.9 GB').waitFor();
    await row('winlog').getByText('RECORD_TOO_LARGE 12').waitFor();
    await row('winlog').getByText('just now').waitFor();
    await row('edge').getByText('not since start').waitFor();
  });

  it('shows how each source is, and how full the lake is, with an alarm where it is near its budget or over', async () => {
    const line = page.getByTestId('way-in');
    await line.getByText('1.3 GB, 12,345,678 events since').waitFor();
    await line.getByText('nothing waits').waitFor();
    await line.getByText('syslog on 127.0.0.1:6514 (TLS)').waitFor();
    expect(await page.getByText('disk budget').count()).toBe(0);
    const field = (name: string, share: number, hasEnded: boolean) => ({
      lens: 'winlogbeat7',
      kind: 'process_start',
      field: name,
      share,
      hasEnded,
    });
    const now = systemClock.now();
    health = [
      {
        source: 'winlog',
        lastSeenAt: now,
        eventsPerMinute: 1234.4,
        isYoung: false,
        isSilent: false,
        fields: [field('CommandLine', 0, true), field('activity.user', 0.125, false), field('Image', 1, false)],
        duplicates: 42,
        setAside: { WORKER_EVENT_POISON: 1 },
      },
      {
        source: 'edge',
        lastSeenAt: now - 3 * 3_600_000,
        eventsPerMinute: 0,
        isYoung: false,
        isSilent: true,
        fields: [],
        duplicates: 0,
        setAside: {},
      },
    ];
    const [worker, keeper] = wayIn.workers;
    wayIn = {
      ...wayIn,
      disk: { state: 'near', bytes: 9_500_000_000, budget: 10_000_000_000, rawDropped: 0, filesDropped: 0 },
      backlog: 1234,
      workers: [worker, keeper].flatMap((each) => (each === undefined ? [] : [{ ...each, restarts: 2 }])),
    };
    await row('winlog').getByText('No longer filled: CommandLine').waitFor();
    await row('winlog').getByText('least filled: user 12.5 % of process start').waitFor();
    await row('winlog').getByText('1,234', { exact: false }).first().waitFor();
    await row('winlog').getByText('WORKER_EVENT_POISON 1').waitFor();
    await row('edge').getByText('Silent for 3 h').waitFor();
    await page.getByRole('status').filter({ hasText: 'near its disk budget (9.5 GB of 10.0 GB)' }).waitFor();
    await line.getByText('1,234 batches wait for the lake').waitFor();
    await line.getByText('started again 4 times').waitFor();
    await picture('sources-health');
    wayIn = {
      ...wayIn,
      disk: { state: 'over', bytes: 10_500_000_000, budget: 10_000_000_000, rawDropped: 7, filesDropped: 2 },
      workers: [{ name: 'worker-0', isRunning: false, restarts: 3 }],
    };
    const alarm = page.getByRole('alert').filter({ hasText: 'over its disk budget' });
    await alarm.getByText('Given up so far: raw records of 7 files, 2 files whole.').waitFor();
    await line.getByText('worker-0 not running').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('sources-health-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('rotates a token without a gap, and ends the old one', async () => {
    await row('winlog').getByRole('button', { name: 'Rotate token' }).click();
    await page.getByRole('heading', { name: 'Token of winlog' }).waitFor();
    const fresh = (await page.getByTestId('new-source-token').textContent()) ?? '';
    await expect.poll(() => row('winlog').getByTestId('source-token').count()).toBe(2);
    expect(await hashes()).toHaveLength(3);
    await picture('sources');
    const old = row('winlog')
      .getByTestId('source-token')
      .filter({ hasNotText: fresh.slice(0, 10) });
    await old.getByRole('button', { name: 'End this token' }).click();
    await expect.poll(() => row('winlog').getByTestId('source-token').count()).toBe(1);
    expect(await hashes()).toHaveLength(2);
    expect(await hashes()).toContain(sha256(fresh));
  });

  it('ends a source, once it was asked twice', async () => {
    await row('edge').getByRole('button', { name: 'End' }).click();
    await row('edge').getByText('End edge for good?').waitFor();
    await row('edge').getByRole('button', { name: 'Keep it' }).click();
    await row('edge').getByRole('button', { name: 'End' }).click();
    await row('edge').getByRole('button', { name: 'Yes, end it' }).click();
    await row('edge').waitFor({ state: 'detached' });
    expect(await hashes()).toHaveLength(1);
  });

  it('lets who may not manage sources look, and no more', async () => {
    page = await signedIn('vera@acme.example');
    await row('winlog').waitFor();
    expect(await page.getByRole('button', { name: /Rotate|End|Add source/ }).count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
