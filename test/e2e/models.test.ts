import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { type Classroom, openClassroom } from '../http/classroom.ts';
import { PASSWORD } from '../http/house.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');
/** Folder for pictures of what was seen, where somebody wants to look. */
const pictures = process.env.PICTURES;

/** A verdict teaches before a person's eyes; a lead puts a version in force and takes it back. */
describe.skipIf(chromiumMissing('models.test.ts') !== null)('models in a browser', () => {
  let room: Classroom;
  let browser: Browser;
  let page: Page;
  const picture = async (name: string) => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  };

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    room = await openClassroom({ webRoot });
    await room.put('f1', 'rule-1');
    await room.put('f2', 'rule-1', { title: 'The same rule on another host' });
    const url = await room.house.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    await page.getByLabel('Email').fill('lee@acme.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.goto(`${url}/t/acme/findings/f1`);
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  it('says what a verdict taught, once it is given', async () => {
    await page.getByRole('radio', { name: /False positive/i }).click();
    await page.getByText('data error', { exact: true }).click();
    await page.getByRole('button', { name: /^(Determine|Record|Decide)/ }).click();
    const lesson = page.locator('#lesson');
    await lesson.getByText('rule-1 (1 verdict)').waitFor();
    await lesson.getByRole('link', { name: 'The same rule on another host' }).waitFor();
    await picture('lesson');
  });

  it('makes a version, compares it, promotes it with a reason, and goes back', async () => {
    await page.getByRole('link', { name: 'Models' }).click();
    await page.locator('#challenger').getByText('From 1 verdict in force').waitFor();
    await page.getByRole('button', { name: 'Make a version of it' }).click();
    await page.locator('#versions').getByText('in shadow').waitFor();
    await page.getByRole('button', { name: /^Compare/ }).click();
    await page.getByText('No threat that people determined would fall below the line.').waitFor();
    await picture('comparison');
    const first = room.champions.of('acme').id;
    await page.getByRole('button', { name: 'Promote…' }).click();
    const promote = page.getByRole('button', { name: 'Promote this version' });
    expect(await promote.isDisabled()).toBe(true);
    await page.getByLabel('Why?').fill('It knows rule-1');
    await promote.click();
    await page.locator('#champion').getByText('It knows rule-1').waitFor();
    expect(room.champions.of('acme').id).not.toBe(first);
    await page.getByRole('button', { name: 'Back to the one before…' }).click();
    await page.getByLabel('Why?').fill('Too soon');
    await page.getByRole('button', { name: 'Put it back' }).click();
    await page.locator('#champion').getByText('Too soon').waitFor();
    expect(room.champions.of('acme').id).toBe(first);
    await picture('models');
  });
});
