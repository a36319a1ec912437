import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse } from './house.ts';

let house: House;
let ana: string;
let lee: string;
beforeAll(async () => {
  house = await openHouse();
  ana = await house.signIn('ana@acme.example');
  lee = await house.signIn('lee@acme.example');
});
afterAll(() => house.close());

const verdict = { verdict: 'threat', reason: 'compromised host', note: 'isolated with the owner' };
const base = '/api/v1/tenants/acme/findings';

/** A fresh finding for each test, so that none depends on another. */
async function shown(changes: Parameters<typeof findingLike>[0] | object = {}): Promise<string> {
  const id = randomUUID().replaceAll('-', '');
  await show(house.store, findingLike({ id, tenant: 'acme', ...changes }));
  return id;
}

function post(url: string, payload: object, headers: Record<string, string>, cookie = ana) {
  return house.app.inject({ method: 'POST', url, headers: { ...fromPage(cookie), ...headers }, payload });
}

function determine(id: string, payload: object = verdict, headers: Record<string, string> = {}, cookie = ana) {
  return post(
    `${base}/${id}/determinations`,
    payload,
    { 'if-match': '"1"', 'idempotency-key': randomUUID(), ...headers },
    cookie,
  );
}

async function page(id: string) {
  const answer = await house.app.inject({ url: `${base}/${id}`, headers: { cookie: ana } });
  return { etag: answer.headers.etag, ...answer.json() };
}

async function ledgerOf(
  id: string,
): Promise<{ entry: { type: string; actor: object }; payload: Record<string, unknown> }[]> {
  return (await house.app.inject({ url: `${base}/${id}/ledger`, headers: { cookie: ana } })).json().items;
}

describe('a determination', () => {
  test('is bound to finding, revision and person, beside what the AI recommended', async () => {
    const id = await shown();
    expect(await page(id)).toMatchObject({
      etag: '"1.0"',
      status: 'open',
      determination: null,
      history: [],
      blind: null,
    });

    const answer = await determine(id);
    expect(answer.statusCode).toBe(201);
    const made = answer.json();
    expect(made).toMatchObject({
      ...verdict,
      finding: id,
      revision: 1,
      recommended: 'threat',
      supersededAt: null,
      by: { name: 'Ana Analyst' },
    });

    const now = await page(id);
    expect(now).toMatchObject({ status: 'determined', determination: made, history: [made] });
    expect(now.finding.recommendation.disposition).toBe('threat');
  });

  test('is in the ledger, by a human, with what the AI had said', async () => {
    const id = await shown();
    const made = (await determine(id)).json();
    const [surfaced, entry, ...more] = await ledgerOf(id);
    expect(more).toEqual([]);
    expect(surfaced?.entry.type).toBe('finding.surfaced');
    expect(entry?.entry).toMatchObject({
      type: 'determination.made',
      actor: { kind: 'human', id: made.by.id },
      subject: { kind: 'finding', id, revision: 1 },
    });
    expect(entry?.payload).toMatchObject({
      ...verdict,
      determination: made.id,
      reverses: null,
      threatProbability: 0.9,
      recommendation: { disposition: 'threat' },
    });
  });

  test('on a determined finding reverses it; both stay on record', async () => {
    const id = await shown();
    const first = (await determine(id)).json();
    const second = (
      await determine(
        id,
        { verdict: 'benign', reason: 'authorised security testing', note: '' },
        { 'if-match': '"1.1"' },
        lee,
      )
    ).json();
    const { determination, history, status } = await page(id);
    expect(status).toBe('determined');
    expect(determination).toEqual(second);
    expect(history).toEqual([{ ...first, supersededAt: second.at }, second]);
    expect((await ledgerOf(id)).at(-1)?.payload).toMatchObject({ reverses: first.id, verdict: 'benign' });
  });

  test('about a revision that has moved on is refused, and leaves no trace', async () => {
    const id = await shown();
    const stored = findingLike({ id, tenant: 'acme', revision: 2, threatProbability: 0.4 });
    await show(house.store, stored);
    const before = (await ledgerOf(id)).length;
    const answer = await determine(id);
    expect(answer.statusCode).toBe(412);
    expect(answer.json()).toMatchObject({
      code: 'FINDING_REVISION_STALE',
      type: 'urn:bridgewatch:error:FINDING_REVISION_STALE',
      title: 'Precondition Failed',
    });
    expect(await page(id)).toMatchObject({ status: 'open', history: [], etag: '"2.0"' });
    expect((await ledgerOf(id)).length).toBe(before);
    expect((await determine(id, verdict, { 'if-match': '"2"' })).statusCode).toBe(201);
  });

  test.each([
    ['without If-Match', { 'if-match': undefined }, verdict, 428, 'HTTP_IF_MATCH_MISSING'],
    ['with If-Match: *', { 'if-match': '*' }, verdict, 400, 'HTTP_IF_MATCH_BAD'],
    ['without Idempotency-Key', { 'idempotency-key': undefined }, verdict, 400, 'HTTP_IDEMPOTENCY_KEY_MISSING'],
    ['with a key that is none', { 'idempotency-key': 'a b' }, verdict, 400, 'HTTP_IDEMPOTENCY_KEY_BAD'],
    ['with a reason of another verdict', {}, { ...verdict, reason: 'data error' }, 400, 'DECIDE_REASON_UNKNOWN'],
    ['with an empty own reason', {}, { ...verdict, reason: 'other:  ' }, 400, 'DECIDE_REASON_UNKNOWN'],
    ['with a verdict that is none', {}, { ...verdict, verdict: 'closed' }, 400, 'HTTP_REQUEST_INVALID'],
    [
      'with a field nobody asked for',
      {},
      { ...verdict, by: { id: 'x', name: 'Someone Else' } },
      400,
      'HTTP_REQUEST_INVALID',
    ],
    ['with NUL in the note', {}, { ...verdict, note: 'a\0b' }, 400, 'HTTP_REQUEST_INVALID'],
    ['with half a character in the note', {}, { ...verdict, note: 'a\ud800b' }, 400, 'HTTP_REQUEST_INVALID'],
    ['with a note of 10,001 characters', {}, { ...verdict, note: 'a'.repeat(10_001) }, 400, 'HTTP_REQUEST_INVALID'],
  ])('%s is refused and changes nothing', async (_what, headers, payload, status, code) => {
    const id = await shown();
    const all = { ...fromPage(ana), 'if-match': '"1"', 'idempotency-key': randomUUID(), ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const answer = await house.app.inject({
      method: 'POST',
      url: `${base}/${id}/determinations`,
      headers: sent,
      payload,
    });
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
    expect(await page(id)).toMatchObject({ status: 'open', history: [] });
    expect(await ledgerOf(id)).toHaveLength(1);
  });

  test("takes a person's own words as `other:`", async () => {
    const id = await shown();
    expect(
      (await determine(id, { verdict: 'benign', reason: 'other: red team exercise of week 2' })).json(),
    ).toMatchObject({ reason: 'other: red team exercise of week 2', note: '' });
  });

  test('on a finding that is not there is refused', async () => {
    const answer = await determine('feedfacefeedfacefeedfacefeedface');
    expect(answer.json()).toMatchObject({ status: 404, code: 'FINDING_UNKNOWN' });
  });
});

describe('an Idempotency-Key', () => {
  test('makes a retry get the first answer and count once', async () => {
    const id = await shown();
    const headers = { 'idempotency-key': randomUUID() };
    const first = await determine(id, verdict, headers);
    const again = await determine(id, verdict, headers);
    expect(again.statusCode).toBe(201);
    expect(again.json()).toEqual(first.json());
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
    expect((await page(id)).history).toHaveLength(1);
    expect(await ledgerOf(id)).toHaveLength(2);
  });

  test('holds for retries sent at once', async () => {
    const id = await shown();
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 6 }, () => determine(id, verdict, headers)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(201));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect((await page(id)).history).toHaveLength(1);
  });

  test('belongs to one request', async () => {
    const id = await shown();
    const headers = { 'idempotency-key': randomUUID() };
    await determine(id, verdict, headers);
    const other = await determine(id, { ...verdict, note: 'something else' }, headers);
    expect(other.json()).toMatchObject({ status: 422, code: 'HTTP_IDEMPOTENCY_KEY_REUSED' });
    expect((await page(id)).history).toHaveLength(1);
  });

  test('belongs to one person', async () => {
    const id = await shown();
    const headers = { 'idempotency-key': randomUUID() };
    await determine(id, verdict, headers);
    expect((await determine(id, verdict, { ...headers, 'if-match': '"1.1"' }, lee)).json()).toMatchObject({
      by: { name: 'Lee Lead' },
    });
    expect((await page(id)).history).toHaveLength(2);
  });

  test('of a refused request can be used again', async () => {
    const id = await shown();
    const headers = { 'idempotency-key': randomUUID() };
    expect((await determine(id, verdict, { ...headers, 'if-match': '"7"' })).statusCode).toBe(412);
    expect((await determine(id, verdict, headers)).statusCode).toBe(201);
  });
});

describe('a reopening', () => {
  const reopen = (id: string, reason: string, etag = '"1.1"') =>
    post(`${base}/${id}/reopenings`, { reason }, { 'if-match': etag, 'idempotency-key': randomUUID() });

  test('puts the finding back into the queue and keeps the determination on record', async () => {
    const id = await shown();
    const made = (await determine(id)).json();
    const answer = await reopen(id, 'the owner denies it');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      finding: id,
      revision: 1,
      determination: made.id,
      reason: 'the owner denies it',
      by: { name: 'Ana Analyst' },
    });
    expect(await page(id)).toMatchObject({
      status: 'open',
      determination: null,
      history: [{ ...made, supersededAt: answer.json().at }],
    });
    expect((await ledgerOf(id)).at(-1)).toMatchObject({
      entry: { type: 'finding.reopened', actor: { kind: 'human' } },
      payload: { determination: made.id, verdict: 'threat', reason: 'the owner denies it' },
    });
    expect((await determine(id, verdict, { 'if-match': '"1.2"' })).statusCode).toBe(201);
    expect((await page(id)).history).toHaveLength(2);
  });

  test('of an open finding is refused', async () => {
    expect((await reopen(await shown(), 'why not', '"1.0"')).json()).toMatchObject({
      status: 409,
      code: 'FINDING_NOT_DETERMINED',
    });
  });

  test('needs a reason', async () => {
    const id = await shown();
    await determine(id);
    expect((await reopen(id, '  ')).json()).toMatchObject({ status: 400, code: 'DECIDE_REASON_EMPTY' });
    expect((await page(id)).status).toBe('determined');
  });
});

test('the ledger verifies after all this', async () => {
  const answer = await post('/api/v1/tenants/acme/ledger/verifications', {}, {});
  expect(answer.json()).toMatchObject({ ok: true });
  expect(answer.json().entries).toBeGreaterThan(10);
});
