import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorRoom, onLoopback } from '../../../../test/connector-room.ts';
import { type OtherSide, startOtherSide } from '../../../../test/other-side.ts';
import { code } from '../../../../test/store-backends.ts';
import { Destination } from './destinations.ts';
import { exchange, type Outgoing, type Way } from './exchange.ts';
import type { Network } from './network.ts';

let here: OtherSide;
let there: OtherSide;
beforeAll(async () => {
  here = await startOtherSide();
  there = await startOtherSide();
});
afterAll(async () => {
  await here.close();
  await there.close();
});
beforeEach(() => {
  for (const side of [here, there]) {
    side.heard.length = 0;
    side.answer = (_heard, response) => response.end('ok');
  }
});

const network = (names: Record<string, string[]> = {}): Network => connectorRoom({}, names).network;
const way = (part: Partial<Way> = {}): Way => ({
  network: network(),
  destinations: onLoopback(here.url, there.url),
  timeoutMs: 5000,
  repeatable: false,
  signal: new AbortController().signal,
  ...part,
});
const get = (url: string, part: Partial<Outgoing> = {}): Outgoing => ({
  method: 'GET',
  url,
  headers: {},
  body: null,
  carriesSecrets: false,
  ...part,
});
const destination = (origin: string, ...ranges: string[]) => Destination.parse({ origin, ranges });
const redirect = (side: OtherSide, location: string, status = 302) => {
  side.answer = (_heard, response) => response.writeHead(status, { location }).end();
};

describe('the allow-list', () => {
  it.each([
    ['another host', 'https://api.example.org.evil.example/'],
    ['another port', 'https://api.example.org:8443/'],
    ['another scheme', 'http://api.example.org/'],
    ['the host before a user part', 'https://api.example.org@evil.example/'],
    ['a user part', 'https://user:pass@api.example.org/'],
    ['the host in a path', 'https://evil.example/https://api.example.org/'],
    ['the domain of a wildcard itself', 'https://hooks.example/'],
    ['a host that only ends like a wildcard', 'https://evilhooks.example/'],
    ['a backslash', 'https://evil.example\\@api.example.org/'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['no URL', 'http://['],
  ])('does not hold %s', async (_what, url) => {
    const destinations = [destination('https://api.example.org'), destination('https://*.hooks.example')];
    await expect(exchange(get(url), way({ destinations }))).rejects.toThrow(code('CONNECTOR_REFUSED'));
  });

  it.each([
    'https://*',
    'https://*.*',
    'ftp://x',
    'https://a/b',
    'https://user@host',
    'https://HOST',
    '*.example.org',
    'https://a?b',
    '',
  ])('cannot be written as %s', (origin) => {
    expect(Destination.safeParse({ origin }).success).toBe(false);
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '[fd00:ec2::254]',
    '10.0.0.1',
    'localhost',
  ])('that holds %s by name still does not reach it without a range', async (host) => {
    const url = new URL(`http://${host}:${here.port}/`);
    const names = network({ localhost: ['127.0.0.1'] });
    const destinations = [{ origin: url.origin, ranges: [] }];
    await expect(exchange(get(url.href), way({ destinations, network: names }))).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    expect(here.heard).toEqual([]);
  });

  it('reaches loopback where a range and the installation allow it', async () => {
    expect(await exchange(get(`${here.url}/x`), way())).toEqual({ status: 200, origin: here.url, body: 'ok' });
    const closed = { ...network(), loopback: false };
    await expect(exchange(get(`${here.url}/x`), way({ network: closed }))).rejects.toThrow(code('CONNECTOR_REFUSED'));
  });
});

describe('a name', () => {
  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:169.254.169.254'],
    ['fd00:ec2::254'],
    ['10.0.0.7'],
    ['0.0.0.0'],
    ['64:ff9b::7f00:1'],
  ])('that resolves to %s is refused, and nothing is connected to', async (address) => {
    const destinations = [destination(`http://name.example:${here.port}`)];
    const names = network({ 'name.example': [address] });
    const asked = exchange(get(`http://name.example:${here.port}/`), way({ destinations, network: names }));
    await expect(asked).rejects.toThrow(code('CONNECTOR_REFUSED'));
    expect(here.heard).toEqual([]);
  });

  it('with one bad address among good ones is refused', async () => {
    const destinations = [destination(`http://name.example:${here.port}`)];
    const names = network({ 'name.example': ['192.88.98.1', '127.0.0.1'] });
    await expect(
      exchange(get(`http://name.example:${here.port}/`), way({ destinations, network: names })),
    ).rejects.toThrow(code('CONNECTOR_REFUSED'));
    expect(here.heard).toEqual([]);
  });

  it('that answers otherwise the second time is connected to as it was checked', async () => {
    // First what the range allows, then the metadata service: a resolver that is asked twice would let the second one through.
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let asked = 0;
    const rebinding: Network = {
      loopback: true,
      resolve: async () => (answers[Math.min(asked++, 1)] ?? []).map((address) => ({ address, family: 4 })),
    };
    const destinations = onLoopback(`http://rebind.example:${here.port}`);
    const url = `http://rebind.example:${here.port}/`;
    expect((await exchange(get(url), way({ destinations, network: rebinding }))).status).toBe(200);
    expect(asked).toBe(1);
    await expect(exchange(get(url), way({ destinations, network: rebinding }))).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    expect(here.heard).toHaveLength(1);
  });

  it('that is unknown is unreachable, and may be tried again', async () => {
    const destinations = [destination('https://gone.example')];
    await expect(exchange(get('https://gone.example/'), way({ destinations }))).rejects.toThrow(
      code('CONNECTOR_UNREACHABLE'),
    );
  });
});

describe('a redirect', () => {
  it('within the allow-list is followed, three times', async () => {
    here.answer = ({ path }, response) => {
      const n = Number(path.slice(1));
      if (n === 0) response.end('there');
      else response.writeHead(302, { location: `/${n - 1}` }).end();
    };
    expect((await exchange(get(`${here.url}/3`), way())).body).toBe('there');
    await expect(exchange(get(`${here.url}/4`), way())).rejects.toThrow(code('CONNECTOR_REFUSED'));
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'http://[fd00:ec2::254]/latest/',
    'http://metadata.google.internal/',
    'http://0x7f.1/',
    'file:///etc/passwd',
    'http://[',
    '//169.254.169.254/',
    'gopher://127.0.0.1:25/',
  ])('to %s is not followed', async (location) => {
    redirect(here, location);
    await expect(exchange(get(here.url), way())).rejects.toThrow(code('CONNECTOR_REFUSED'));
  });

  it('to a listed host is checked by its address too', async () => {
    redirect(here, 'http://inside.example/');
    const destinations = [...onLoopback(here.url), destination('http://inside.example')];
    const names = network({ 'inside.example': ['169.254.169.254'] });
    await expect(exchange(get(here.url), way({ destinations, network: names }))).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
  });

  it('to another origin is followed without secrets, and not with them', async () => {
    redirect(here, `${there.url}/landed`);
    expect((await exchange(get(here.url), way())).origin).toBe(there.url);
    const secret = get(here.url, { headers: { authorization: 'Bearer s3cret' }, carriesSecrets: true });
    await expect(exchange(secret, way())).rejects.toThrow(code('CONNECTOR_REFUSED'));
    expect(there.heard.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    await expect(exchange(get(here.url, { secretUrl: true }), way())).rejects.toThrow(code('CONNECTOR_REFUSED'));
  });

  it('keeps a secret within its own origin', async () => {
    here.answer = ({ path }, response) =>
      path === '/' ? response.writeHead(307, { location: '/next' }).end() : response.end('ok');
    const post = get(`${here.url}/`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'x' },
      carriesSecrets: true,
    });
    expect((await exchange(post, way())).status).toBe(200);
    expect(here.heard.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /', 'POST /next']);
  });

  it.each([301, 302, 303])('of a POST with %s, which would make it a GET, is refused', async (status) => {
    redirect(here, '/next', status);
    await expect(exchange(get(here.url, { method: 'POST', body: 'x' }), way())).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    expect(here.heard).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('is kept to 64 KiB, however long it goes on', async () => {
    here.answer = (_heard, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    };
    const { body } = await exchange(get(here.url), way());
    expect(body).toHaveLength(65_536);
  });

  it('that does not come is a timeout where another try is harmless, and else unknown', async () => {
    here.answer = () => undefined;
    await expect(exchange(get(here.url), way({ timeoutMs: 150, repeatable: true }))).rejects.toThrow(
      code('CONNECTOR_TIMEOUT'),
    );
    await expect(exchange(get(here.url), way({ timeoutMs: 150 }))).rejects.toThrow(code('CONNECTOR_OUTCOME_UNKNOWN'));
    const stop = new AbortController();
    const asked = exchange(get(here.url), way({ repeatable: true, signal: stop.signal }));
    stop.abort();
    await expect(asked).rejects.toThrow(code('CONNECTOR_TIMEOUT'));
  });

  it('that trickles is a timeout too', async () => {
    here.answer = (_heard, response) => {
      response.write('x');
    };
    await expect(exchange(get(here.url), way({ timeoutMs: 150, repeatable: true }))).rejects.toThrow(
      code('CONNECTOR_TIMEOUT'),
    );
  });

  it('that breaks off is unreachable or unknown; a closed door may always be tried again', async () => {
    here.answer = (_heard, response) => response.destroy();
    await expect(exchange(get(here.url), way({ repeatable: true }))).rejects.toThrow(code('CONNECTOR_UNREACHABLE'));
    await expect(exchange(get(here.url), way())).rejects.toThrow(code('CONNECTOR_OUTCOME_UNKNOWN'));
    const gone = await startOtherSide();
    await gone.close();
    await expect(exchange(get(gone.url), way({ destinations: onLoopback(gone.url) }))).rejects.toThrow(
      code('CONNECTOR_UNREACHABLE'),
    );
  });
});

it('a secret goes over plain http to loopback only', async () => {
  const destinations = [destination('http://plain.example', '10.0.0.0/8')];
  const names = network({ 'plain.example': ['10.0.0.7'] });
  const secret = get('http://plain.example/', { carriesSecrets: true });
  await expect(exchange(secret, way({ destinations, network: names }))).rejects.toThrow(/use https/);
});
