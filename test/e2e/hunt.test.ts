import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { huntingOf } from '../../src/host/hunting.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { type House, openHouse, PASSWORD } from '../http/house.ts';
import { fillLake, processStart } from '../support/hunt-lake.ts';
import { lakeFolder, noon } from '../support/lake.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');
/** Where screenshots go, for whoever wants to look. */
const shots = process.env.SCREENSHOTS;
const HOUR = 3_600_000;

/** What an analyst does with a suspicion: asks, narrows, looks at the record, keeps the question, drafts a rule. */
describe.skipIf(chromiumMissing('hunt.test.ts') !== null)('hunting in a browser', () => {
  const cleanups: (() => unknown)[] = [];
  let house: House;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    const data = lakeFolder((clean) => cleanups.push(clean));
    const records = Array.from({ length: 240 }, (_, at) =>
      processStart(
        Math.floor(at / 3) * HOUR * (at % 5 === 0 ? 1 : 0.7),
        `web0${at % 4}`,
        at % 6 === 0
          ? 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
          : 'C:\\Windows\\System32\\cmd.exe',
        at % 12 === 0 ? 'powershell -enc SQBFAFgAIA <img src=x onerror=alert(1)>' : `cmd /c dir ${at}`,
        at % 7 === 0 ? 'svc_backup' : 'ann',
      ),
    );
    await fillLake(data, records, 'acme');
    const work = openWorkStore({ path: join(data, 'work') });
    const queries = openLakeQueries({ dir: join(data, 'lake'), work });
    house = await openHouse({ webRoot, hunting: huntingOf({ queries, work }), clock: { now: () => noon + 60 * HOUR } });
    const url = await house.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    cleanups.push(
      () => work.close(),
      () => queries.close(),
      () => house.close(),
      () => browser.close(),
    );
    page = await (await browser.newContext({ viewport: { width: 1360, height: 950 } })).newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    await page.goto(url);
    await page.getByLabel('Email').fill('ana@acme.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('link', { name: 'Hunt' }).click();
    await page.getByRole('heading', { name: 'Hunt', exact: true, level: 1 }).waitFor();
  });
  afterAll(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });

  const picture = async (name: string): Promise<void> => {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  const ask = async (search: string): Promise<void> => {
    await page.getByLabel('Search', { exact: true }).fill(search);
    await page.getByLabel('When', { exact: true }).selectOption('all there is');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
  };

  it('asks, and shows when, what and how often', async () => {
    await ask('process:power*');
    await page.getByText('newest 40 of 40').waitFor();
    expect(await page.getByTestId('event').count()).toBe(40);
    expect(await page.getByTestId('bar').count()).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'svc_backup' }).click();
    await page.getByText('newest 6 of 6').waitFor();
    expect(await page.getByLabel('Search', { exact: true }).inputValue()).toBe('process:power* user:svc_backup');
    await page.getByTestId('event').first().getByRole('button').first().click();
    expect(await page.getByTestId('record').textContent()).toContain('"ParentImage"');
    await picture('hunt');
  });

  it('says what is wrong with a search, where it is', async () => {
    await ask('host:web01 (a');
    await page.getByText('this parenthesis is not closed').waitFor();
    await picture('hunt-wrong');
  });

  it('keeps a hunt, exports it, and drafts a rule with what it would have done', async () => {
    await ask('process:powershell.exe cmd:*-enc*');
    await page.getByText('newest 20 of 20').waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    expect((await file).suggestedFilename()).toBe('hunt.csv');
    await page.getByLabel('Name', { exact: true }).fill('Encoded commands');
    await page.getByLabel('Hypothesis').fill('Somebody hides what they run');
    await page.getByRole('button', { name: 'Save this search' }).click();
    await page.getByTestId('saved-hunt').getByRole('button', { name: 'Encoded commands' }).waitFor();
    await page.getByTestId('saved-hunt').locator('summary').click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByLabel('Conclusion').fill('The backup job, as agreed');
    await page.getByRole('button', { name: 'Conclude' }).click();
    await page.getByText('The backup job, as agreed').waitFor();
    await page.getByRole('button', { name: 'Draft a rule' }).click();
    expect(await page.getByTestId('rule').textContent()).toContain('Image|endswith');
    expect(await page.getByTestId('backtest').textContent()).toContain('would have fired 20 times');
    await picture('hunt-draft');
    expect(faults).toEqual([]);
  });
});
