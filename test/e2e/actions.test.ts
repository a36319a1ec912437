import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dryRunConnector } from '../../src/adapters/connectors/dry-run/dry-run.ts';
import { actionKinds } from '../../src/respond/index.ts';
import { CHROMIUM, chromiumFlags, chromiumMissing } from '../chromium.ts';
import { findingLike, show } from '../http/finding.ts';
import { type House, openHouse, PASSWORD } from '../http/house.ts';

const webRoot = join(import.meta.dirname, '..', '..', 'web', 'dist');

/** What a person does about an action, and what the page may never let them do unawares. */
describe.skipIf(chromiumMissing('actions.test.ts') !== null)('actions and the switch in a browser', () => {
  let house: House;
  let url: string;
  let browser: Browser;
  let page: Page;
  let action: string;
  let cookie: string;
  let reach = 'Two people work on it';

  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1/tenants/acme${path}`, {
      method: 'POST',
      headers: { cookie, origin: url, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBe(201);
    return answer.json() as Promise<{ id: string }>;
  };
  const stored = () => house.store.withTenants(['acme'], (tx) => tx.response.get('acme', action));

  beforeAll(async () => {
    expect(existsSync(webRoot), 'the console is built before the tests').toBe(true);
    const connector = dryRunConnector(Object.keys(actionKinds));
    house = await openHouse({
      webRoot,
      respond: {
        connectorFor: async () => ({ id: 'dry-run', connector }),
        reachOf: () => ({ said: [reach], affects: [] }),
        playbooks: [],
      },
    });
    url = await house.app.listen({ host: '127.0.0.1', port: 0 });
    cookie = await house.signIn('ana@acme.example');
    await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
    const target = { kind: 'address', value: '203.0.113.9' };
    action = (
      await post('/findings/f1/actions', { kind: 'block_address', target, why: 'It calls home' }, { 'if-match': '"1"' })
    ).id;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: chromiumFlags });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    await page.getByLabel('Email').fill('lee@acme.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  });

  it('lists what waits, and shows exactly what would be done', async () => {
    await page.getByRole('link', { name: 'Actions' }).click();
    await page.getByRole('link', { name: /block address of 203\.0\.113\.9/ }).click();
    await page.getByText('Two people work on it').waitFor();
    await page.getByText('nobody yet (0 of 1)').waitFor();
  });

  it('holds the plan that was read: another that takes its place cannot be approved unseen', async () => {
    reach = 'Two hundred people work on it';
    await post(`/actions/${action}/replans`, {});
    await page.getByRole('alert').filter({ hasText: 'Another plan has taken the place' }).waitFor();
    await page.getByText('Two people work on it').waitFor();
    expect(await page.getByText('Two hundred people work on it').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Approve this plan' }).isDisabled()).toBe(true);
    expect(await stored()).toMatchObject({ state: 'proposed' });

    await page.getByRole('button', { name: 'Show the new plan' }).click();
    await page.getByText('Two hundred people work on it').waitFor();
    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await page.getByText('Lee Lead (1 of 1)').waitFor();
    expect(await stored()).toMatchObject({ state: 'approved' });
  });

  it('says of a switch that nothing can be known of that it is not known', async () => {
    await page.route('**/api/v1/tenants/acme/switch', (route) => route.abort());
    await page.getByRole('link', { name: 'Autonomy' }).click();
    await page.locator('#switch').getByText('not known').waitFor();
    expect(await page.getByText('automation may act').count()).toBe(0);
  });
});
