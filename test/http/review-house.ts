import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import type { Detection } from '../../src/contracts/detection.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { blindness } from '../../src/decide/index.ts';
import type { ServerDeps } from '../../src/http/deps.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse } from './house.ts';

export type Who = 'vera' | 'ana' | 'lee' | 'ada' | 'cora';

/** A house with everybody signed in, and short ways to ask and write. */
export interface ReviewHouse {
  readonly house: House;
  get(who: Who, path: string): Promise<LightMyRequestResponse>;
  /** POST with a fresh Idempotency-Key, and `If-Match` where given. Paths are below the tenant. */
  post(who: Who, path: string, body: object, etag?: string): Promise<LightMyRequestResponse>;
  put(who: Who, path: string, body: object, etag?: string): Promise<LightMyRequestResponse>;
  /** The account id of a person. */
  account(who: Who): Promise<string>;
  /** A finding put before people; `blind` draws it, or a shadow covers it. Returns its id. */
  shown(changes?: Partial<Finding>, blind?: 'sample' | 'shadow'): Promise<string>;
  /** Determines it benign or as given, at the ETag it has. */
  determine(who: Who, id: string, body?: object): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

const BASE = '/api/v1/tenants/acme';
const people: readonly Who[] = ['vera', 'ana', 'lee', 'ada', 'cora'];

export async function openReviewHouse(changes: Partial<ServerDeps> = {}): Promise<ReviewHouse> {
  const house = await openHouse(changes);
  const cookies = new Map<Who, string>();
  for (const who of people) cookies.set(who, await house.signIn(`${who}@acme.example`));
  const write = (method: 'POST' | 'PUT') => (who: Who, path: string, body: object, etag?: string) =>
    house.app.inject({
      method,
      url: BASE + path,
      headers: {
        ...fromPage(cookies.get(who) ?? ''),
        'idempotency-key': randomUUID(),
        ...(etag === undefined ? {} : { 'if-match': etag }),
      },
      payload: body,
    });
  const get = (who: Who, path: string) =>
    house.app.inject({ url: BASE + path, headers: { cookie: cookies.get(who) ?? '' } });
  const post = write('POST');
  return {
    house,
    get,
    post,
    put: write('PUT'),
    async account(who) {
      const me = await house.app.inject({ url: '/api/v1/me', headers: { cookie: cookies.get(who) ?? '' } });
      return me.json().user.id;
    },
    async shown(finding = {}, blind) {
      const id = finding.id ?? randomUUID().replaceAll('-', '');
      await show(house.store, findingLike({ tenant: 'acme', ...finding, id }));
      if (blind !== undefined) {
        const listener = blindness({
          clock: { now: () => 1 },
          draw: () => 0,
          isShadowed: async () => blind === 'shadow',
        });
        await house.store.withTenants(['acme'], async (tx) => {
          const stored = await tx.findings.get('acme', id);
          if (stored !== null) await listener.opened?.(tx, stored);
        });
      }
      return id;
    },
    async determine(who, id, body = { verdict: 'benign', reason: 'authorised administration' }) {
      const { etag } = (await get(who, `/findings/${id}`)).json();
      return post(who, `/findings/${id}/determinations`, body, etag);
    },
    close: () => house.close(),
  };
}

/** A detection of a rule of this level, on the events given. */
export function detectionLike(
  id: string,
  changes: Partial<Detection> & { level?: Detection['detector']['level'] } = {},
) {
  const { level = 'medium', ...rest } = changes;
  return {
    id,
    tenant: 'acme',
    detector: {
      kind: 'sigma' as const,
      id: `rule-${id}`,
      version: 'v1',
      title: `Rule ${id}`,
      level,
      techniques: ['T1003.001'],
      tactics: ['credential-access'],
      falsePositives: [],
    },
    events: ['e1'],
    at: 1,
    fields: [],
    entities: [{ kind: 'host' as const, value: 'ws-7' }],
    ...rest,
  };
}
