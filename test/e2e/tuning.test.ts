import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import type { TuningParts } from '../../src/learn/index.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { type House, openHouse, PASSWORD } from '../http/house.ts';
import { fillLake } from '../support/hunt-lake.ts';
import { lakeFolder } from '../support/lake.ts';
import { jobRecord, partsOf, plant, threatRecord } from '../support/tuning.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');
const shots = process.env.SCREENSHOTS;
const HOUR = 3_600_000;

/** What a lead does about a rule that people keep calling wrong: looks at the proof, accepts with an end, and takes it back. */
describe.skipIf(chromiumMissing('tuning.test.ts') !== null)('tuning in a browser', () => {
  const cleanups: (() => unknown)[] = [];
  const faults: string[] = [];
  let house: House;
  let browser: Browser;
  let page: Page;
  const accepted = async () =>
    (await house.store.withTenants(['acme'], (tx) => tx.tuning.list('acme'))).filter(
      ({ state }) => state === 'accepted',
    );

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    const data = lakeFolder((clean) => cleanups.push(clean));
    // The console counts in the machine's time.
    const start = Date.now() - 72 * HOUR;
    const records = Array.from({ length: 60 }, (_, at) => {
      const record =
        at === 31
          ? threatRecord(0)
          : at === 40
            ? threatRecord(0, { host: 'ws22', user: 'ann' })
            : jobRecord(at, `srv0${at % 3}`);
      return { ...record, EventTime: new Date(start + at * HOUR).toISOString() };
    });
    await fillLake(data, records, 'acme');
    const work = openWorkStore({ path: join(data, 'work') });
    const queries = openLakeQueries({ dir: join(data, 'lake'), work });
    const clock = { now: () => Date.now() };
    let live: TuningParts | undefined;
    house = await openHouse({
      webRoot,
      clock,
      tuning: {
        store: { withTenants: (...args) => house.store.withTenants(...args) },
        clock,
        ruleOf: (rule) => live?.ruleOf(rule),
        read: (kept) => live?.read(kept),
        examplesOf: async () => [],
        past: (...args) => partsOf(house.store, clock, { queries }).past?.(...args) ?? none(),
      },
    });
    live = partsOf(house.store, clock, { queries });
    const own = (at: number): [string, object] => [`e${String(at).padStart(4, '0')}`, records[at] ?? {}];
    for (const at of [0, 3, 6, 9]) await plant(house.store, `f${at}`, [own(at), own(at + 12)], 'false_positive');
    await plant(house.store, 'threat', [own(31)], 'threat');
    const url = await house.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    cleanups.push(
      () => work.close(),
      () => queries.close(),
      () => house.close(),
      () => browser.close(),
    );
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    await page.goto(url);
    await page.getByLabel('Email').fill('lee@acme.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('link', { name: 'Tuning' }).click();
    await page.getByRole('heading', { name: 'Tuning', exact: true, level: 1 }).waitFor();
  });
  afterAll(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });
  const picture = async (name: string): Promise<void> => {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  const first = () => page.getByTestId('proposal').first();

  it('looks for filters and shows what each would hide, and that the threat still fires', async () => {
    await page.getByText('Nothing is proposed').waitFor();
    await page.getByRole('button', { name: 'Look for filters now' }).click();
    await first().getByText('removes').or(first().getByText('Removes')).first().waitFor();
    expect(await first().getAttribute('data-standing')).toBe('shadow');
    expect(await first().getByTestId('threats').textContent()).toContain('1 of 1 detections in 1 threat still fire');
    expect(await first().getByTestId('past').textContent()).toContain(
      'Of 60 times the rule fired in the last 14 days, 20 would',
    );
    await first().getByText('The Sigma filter').click();
    expect(await first().getByTestId('filter').textContent()).toContain('condition: not selection');
    await picture('tuning');
  });

  it('takes a reason to accept, says until when, and lifts at once', async () => {
    expect(await first().getByRole('button', { name: 'Accept' }).isDisabled()).toBe(true);
    await first().getByLabel('Reason').fill('Our own deployment tool');
    await first().getByLabel('Hide for').selectOption('90 days');
    await first().getByRole('button', { name: 'Accept' }).click();
    await page.locator('[data-standing="in force"]').waitFor();
    const [only, ...others] = await accepted();
    expect(others).toEqual([]);
    expect(Math.round(((only?.expiresAt ?? 0) - Date.now()) / (24 * HOUR))).toBe(90);
    await page.getByText('Accepted by Lee Lead').waitFor();
    await picture('tuning-accepted');
    await first().getByLabel('Reason').fill('Seen enough');
    await first().getByRole('button', { name: 'Lift now' }).click();
    await page.locator('[data-standing="lifted"]').waitFor();
    expect(await accepted()).toEqual([]);
    expect(faults).toEqual([]);
  });
});
async function* none() {}
