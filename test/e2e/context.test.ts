import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { type House, openHouse, PASSWORD, START } from '../http/house.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');
/** Where screenshots go, for whoever wants to look. */
const shots = process.env.SCREENSHOTS;

/** What a lead says of the organisation, what it can work, and what is below that. */
describe.skipIf(chromiumMissing('context.test.ts') !== null)('context in a browser', () => {
  let house: House;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    house = await openHouse({ webRoot });
    const row = { tenant: 'acme', family: 'discovery', expectedLoss: 0.004, why: 'floor' as const, detectors: [] };
    const times = { firstEventAt: START, lastEventAt: START, addedAt: START, updatedAt: START };
    await house.store.withTenants(['acme'], (tx) =>
      tx.below.put(
        ['ws-1', 'ws-2'].map((host, n) => ({
          ...row,
          ...times,
          id: `b${n}`,
          title: `ana on ${host}: odd tool`,
          probability: 0.02,
          entities: [{ kind: 'host', value: host }],
        })),
      ),
    );
    const url = await house.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(url);
    await page.getByLabel('Email').fill('lee@acme.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('link', { name: 'Context' }).click();
    await page.getByRole('heading', { name: 'Context', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  });
  const facts = () => house.store.withTenants(['acme'], (tx) => tx.context.holding('acme', START));

  it('says what is expected, in which hours, by whom answered for, and takes it back', async () => {
    await page.getByText('Nobody has said anything yet').waitFor();
    await page.getByLabel('What you know', { exact: true }).selectOption('expected_behaviour');
    await page.getByLabel('About a').selectOption('user');
    await page.getByLabel('Named').fill('CORP\\Svc-Scan');
    await page.getByLabel('What it does').fill('T1046, discovery');
    await page.getByLabel('On these hosts').fill('scan-01.corp.example');
    await page.getByLabel('Days').selectOption('2');
    await page.getByLabel('From', { exact: true }).fill('22:00');
    await page.getByLabel('To', { exact: true }).fill('04:00');
    await page.getByLabel('Why, in a sentence').fill('Weekly scan');
    await page.getByLabel('Who answers for it').fill('IT operations');
    await page.getByLabel('Holds until').fill('2026-03-01');
    await page.getByRole('button', { name: 'Say it' }).click();
    const fact = page.getByTestId('fact');
    await fact.getByText('Tue 22:00 to 04:00').waitFor();
    expect(await facts()).toMatchObject([
      {
        entity: { kind: 'user', value: 'svc-scan' },
        owner: 'IT operations',
        by: { name: 'Lee Lead' },
        body: { techniques: ['T1046'], families: ['discovery'], hosts: ['scan-01'], hours: { spans: [{ days: [2] }] } },
      },
    ]);
    if (shots !== undefined) await page.screenshot({ path: join(shots, 'context.png'), fullPage: true });
    await fact.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Nobody has said anything yet').waitFor();
    expect(await facts()).toEqual([]);
  });

  it('sets what the tenant can work', async () => {
    await page.getByLabel('Findings a day').fill('15');
    await page.getByRole('button', { name: 'Set capacity' }).click();
    await page.getByText('at most 15 findings a day').waitFor();
    const { policy } = await house.store.withTenants(['acme'], (tx) => tx.policy.get('acme'));
    expect(policy.capacity).toEqual({ findingsPerDay: 15, floor: 0.04, sampledPerDay: 2 });
  });

  it('finds what is below the line by its words, and calls nothing safe', async () => {
    await page.getByTestId('below').nth(1).waitFor();
    await page.getByLabel('Search').fill('WS-2');
    await expect
      .poll(() => page.getByTestId('below').allTextContents())
      .toEqual([expect.stringContaining('ana on ws-2')]);
    expect(await page.getByTestId('sampled').textContent()).toContain('Drawn: 0, decided: 0');
    expect((await page.locator('main').textContent()) ?? '').not.toMatch(/\bsafe\b/i);
    expect(faults).toEqual([]);
  });
});
