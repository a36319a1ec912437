import { BlockList, isIP } from 'node:net';
import { BridgewatchError } from '../../kernel/errors.ts';
import { readAnchor } from '../../ledger/anchor.ts';
import type { Anchor } from './anchor.ts';

interface Limits {
  /** From the request to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Of an answer; at half a kilobyte a line, some 130,000 checkpoints. */
  readonly longestAnswer: number;
}

const usual: Limits = { timeoutMs: 10_000, longestAnswer: 64 * 1024 * 1024 };

const NOT_FOUND = 404;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * An address that answers GET with the lines it has (404 where it has none yet) and puts what is POSTed to it behind them. Redirects
 * are not followed: who may answer for the anchor is said by whoever names it. `BRIDGEWATCH_ANCHOR_TOKEN`, if set, is sent as a bearer
 * token. Throws `LEDGER_ANCHOR_URL`; its calls throw `LEDGER_ANCHOR_UNREACHABLE`, `LEDGER_ANCHOR_REFUSED` and `LEDGER_ANCHOR_TOO_LARGE`.
 */
export function urlAnchor(place: string, limits: Limits = usual, environment: NodeJS.ProcessEnv = process.env): Anchor {
  const url = requireAddress(place);
  // What comes after the path may be somebody's key.
  const where = `${url.origin}${url.pathname}`;
  const token = environment.BRIDGEWATCH_ANCHOR_TOKEN;
  const authorization: Record<string, string> =
    token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };

  const ask = async (method: 'GET' | 'POST', body?: string): Promise<{ status: number; text: string }> => {
    try {
      const answer = await fetch(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(limits.timeoutMs),
        headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/x-ndjson' }) },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, text: await textOf(answer, where, limits) };
    } catch (error) {
      throw error instanceof BridgewatchError ? error : unreachable(where, limits, error);
    }
  };

  const lines = async (absent: number | null) => {
    const { status, text } = await ask('GET');
    if (status === absent) return new Map<string, never>();
    if (status !== 200) throw refused(where, 'GET', status, 'its lines with 200');
    return readAnchor(where, text);
  };

  return {
    read: () => lines(null),
    readSoFar: () => lines(NOT_FOUND),
    async append(text) {
      const { status } = await ask('POST', text);
      if (status < 200 || status > 299) throw refused(where, 'POST', status, '200 to 299 once the lines are kept');
    },
  };
}

function requireAddress(place: string): URL {
  const url = URL.parse(place);
  const isTls = url?.protocol === 'https:';
  const isHere = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url !== null && (isTls || isHere) && url.username === '' && url.password === '') return url;
  throw new BridgewatchError(
    'LEDGER_ANCHOR_URL',
    `An anchor is a file or an https: address without a user name in it (a token goes into BRIDGEWATCH_ANCHOR_TOKEN); got one of ${url?.protocol ?? 'no protocol'}`,
    400,
  );
}

function isLoopback(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  return hostname === 'localhost' || (family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4'));
}

async function textOf(answer: Response, where: string, { longestAnswer }: Limits): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > longestAnswer) {
      throw new BridgewatchError(
        'LEDGER_ANCHOR_TOO_LARGE',
        `${where} answers with more than ${longestAnswer} bytes; begin a new anchor and keep that one`,
        400,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(where: string, { timeoutMs }: Limits, error: unknown): BridgewatchError {
  const told = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const why = timedOut ? `no whole answer in ${timeoutMs} ms` : told instanceof Error ? told.message : String(told);
  return new BridgewatchError('LEDGER_ANCHOR_UNREACHABLE', `The anchor ${where} does not answer: ${why}`, 502, {
    cause: error,
  });
}

function refused(where: string, method: string, status: number, right: string): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_ANCHOR_REFUSED',
    `The anchor ${where} answers ${method} with ${status}; an anchor answers ${right}, and redirects are not followed`,
    502,
  );
}
