import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { anchorServer } from '../../../test/anchor-server.ts';
import { code } from '../../../test/store-backends.ts';
import { urlAnchor } from './url.ts';

const limits = { timeoutMs: 200, longestAnswer: 1000 };

/** What an anchor whose keeper answers so says to each of three calls. */
async function outcomes(answer: RequestListener, environment: NodeJS.ProcessEnv = {}): Promise<unknown[]> {
  const server = await anchorServer(answer);
  try {
    const anchor = urlAnchor(`${server.url}?key=hush`, limits, environment);
    const settled = await Promise.allSettled([anchor.read(), anchor.readSoFar(), anchor.append('line\n')]);
    return settled.map((each) => (each.status === 'rejected' ? each.reason : each.value));
  } finally {
    await server.close();
  }
}

const always =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

describe('an anchor at an address', () => {
  it('does not follow redirects, wherever they lead', async () => {
    let followed = 0;
    const elsewhere = await anchorServer((_request, response) => {
      followed++;
      response.end();
    });
    for (const status of [301, 302, 307, 308]) {
      const refused = code('LEDGER_ANCHOR_REFUSED');
      expect(await outcomes(always(status, '', { location: elsewhere.url }))).toEqual([refused, refused, refused]);
    }
    expect(followed).toBe(0);
    await elsewhere.close();
  });

  it('must answer: 404 means that it has nothing yet, to whoever may begin one only', async () => {
    const refused = code('LEDGER_ANCHOR_REFUSED');
    expect(await outcomes(always(404))).toEqual([refused, new Map(), refused]);
    expect(await outcomes(always(503))).toEqual([refused, refused, refused]);
    expect(await outcomes(always(200))).toEqual([new Map(), new Map(), undefined]);
  });

  it('must answer in time, to the last byte', async () => {
    const late = code('LEDGER_ANCHOR_UNREACHABLE');
    expect(await outcomes(() => undefined)).toEqual([late, late, late]);
    const dripping: RequestListener = (_request, response) => {
      response.writeHead(200);
      response.write('{');
    };
    expect(await outcomes(dripping)).toEqual([late, late, late]);
    expect(await outcomes((request) => request.socket.destroy())).toEqual([late, late, late]);
  });

  it('may not answer without end, or with anything but checkpoints', async () => {
    const large = code('LEDGER_ANCHOR_TOO_LARGE');
    expect(await outcomes(always(200, 'x'.repeat(1001)))).toEqual([large, large, large]);
    const damaged = code('LEDGER_ANCHOR_DAMAGED');
    expect(await outcomes(always(200, '<html>'))).toEqual([damaged, damaged, undefined]);
  });

  it('is shown a token from the environment, and messages show neither that nor what follows the path', async () => {
    const shown: unknown[] = [];
    const look: RequestListener = ({ headers }, response) => {
      shown.push(headers.authorization);
      response.writeHead(403).end();
    };
    const errors = await outcomes(look, { BRIDGEWATCH_ANCHOR_TOKEN: 'secret-token' });
    expect(shown).toEqual(Array.from({ length: 3 }, () => 'Bearer secret-token'));
    expect(errors.map(String).join()).not.toMatch(/hush|secret-token/);
  });

  it('is reached by TLS, except on this machine', () => {
    for (const place of ['https://anchor.example/a', 'http://127.0.0.1:1/a', 'http://[::1]:1/a', 'http://localhost/a'])
      expect(() => urlAnchor(place)).not.toThrow();
    for (const place of ['http://anchor.example/a', 'http://127.0.0.1.example/a', 'http://10.0.0.1/a', 'file:///etc/x'])
      expect(() => urlAnchor(place), place).toThrow(expect.objectContaining({ code: 'LEDGER_ANCHOR_URL' }));
  });
});
