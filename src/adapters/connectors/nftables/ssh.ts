import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'ssh2';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import { refused, timedOut, unreachable } from './faults.ts';
import type { Place } from './settings.ts';

/** What a connector is given by the host. */
export interface NftablesGround {
  readonly tenant: string;
  readonly secrets: Secrets;
}

/** A machine that let us in. */
export interface Shell {
  /** Our address and the machine's as this connection has them. */
  readonly from: string;
  readonly to: string;
  /** Runs one fixed command; `input` goes to its standard input. Gives its standard output. */
  run(command: string, input: string): Promise<string>;
}

const CONNECT_MS = 10_000;
const MOST_OUTPUT = 16 * 1024 * 1024;

function sameKey(key: Buffer, pinned: string): boolean {
  const seen = createHash('sha256').update(key).digest();
  const wanted = Buffer.from(pinned.slice('SHA256:'.length), 'base64');
  return seen.length === wanted.length && timingSafeEqual(seen, wanted);
}

async function logIn(socket: Socket, place: Place, privateKey: string): Promise<Client> {
  const client = new Client();
  const where = `${place.address}:${place.port}`;
  let otherKey: string | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    client.on('ready', resolve);
    client.on('close', () => reject(unreachable(`${where} closed the connection`)));
    client.on('error', (error: Error & { level?: string }) => {
      if (otherKey !== undefined) {
        return reject(refused(`${where} shows the key SHA256:${otherKey}, not the pinned ${place.hostKey}`));
      }
      if (error.level === 'client-authentication') {
        return reject(refused(`${where} does not let ${place.user} in with the key in the secret ${place.keySecret}`));
      }
      if (error.level === 'client-timeout') return reject(timedOut(`${where} did not finish signing in`, error));
      // Both sides must have an algorithm in common; another try will not give them one.
      if (error.level === 'handshake') return reject(refused(`${where}: the SSH handshake failed`, error));
      return reject(unreachable(`${where} broke the connection`, error));
    });
  });
  try {
    client.connect({
      sock: socket,
      username: place.user,
      privateKey,
      readyTimeout: CONNECT_MS,
      keepaliveInterval: 5_000,
      hostVerifier: (key: Buffer) => {
        const known = sameKey(key, place.hostKey);
        if (!known) otherKey = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
        return known;
      },
    });
  } catch (error) {
    ready.catch(() => undefined);
    // Raised before anything was sent: the key could not be read. What it says of the key stays out of the message.
    const why =
      error instanceof Error && error.message.includes('passphrase') ? 'it asks for a passphrase' : 'not a private key';
    throw refused(`the secret ${place.keySecret} cannot be used as an SSH key: ${why}`);
  }
  await ready;
  return client;
}

function exec(client: Client, where: string, command: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lost = (error?: Error): void => reject(unreachable(`${where} was lost while it ran ${command}`, error));
    client.once('close', lost);
    client.exec(command, (error, channel) => {
      if (error !== undefined) return reject(refused(`${where} does not run commands for us`, error));
      const out: Buffer[] = [];
      let size = 0;
      let complaint = '';
      let code: number | null = null;
      channel.on('data', (data: Buffer) => {
        size += data.length;
        if (size > MOST_OUTPUT) {
          channel.destroy();
          return reject(refused(`${where}: ${command} printed more than ${MOST_OUTPUT} bytes`));
        }
        out.push(data);
      });
      channel.stderr.on('data', (data: Buffer) => {
        if (complaint.length < 2_000) complaint += data.toString('utf8');
      });
      channel.on('exit', (status: number | null) => {
        code = status;
      });
      channel.on('close', () => {
        client.removeListener('close', lost);
        if (code === 0) return resolve(Buffer.concat(out).toString('utf8'));
        if (code === null) return lost();
        return reject(refused(`${where}: ${command} ended with ${code}: ${plainText(complaint.trim(), 300)}`));
      });
      channel.end(input);
    });
  });
}

/**
 * Connects, checks the pinned key, signs in, runs `work` and disconnects, whatever happened. `signal` ends it at once. Throws as
 * ports/connector.ts says.
 */
export async function withShell<T>(
  { tenant, secrets }: NftablesGround,
  place: Place,
  signal: AbortSignal,
  work: (shell: Shell) => Promise<T>,
): Promise<T> {
  const where = `${place.address}:${place.port}`;
  if (signal.aborted) throw timedOut(`${where}: the time for this was over before it began`);
  const privateKey = await secrets.read(tenant, place.keySecret);
  // Without noDelay each short packet of the protocol waits for the answer to the last: a tenth of a second a command.
  const socket = connect({ host: place.address, port: place.port, noDelay: true });
  socket.on('error', () => undefined);
  let client: Client | undefined;
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(timedOut(`${where} did not answer in time`));
    signal.addEventListener('abort', stop, { once: true });
  });
  const converse = async (): Promise<T> => {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    client = await logIn(socket, place, privateKey);
    const entered = client;
    const [from, to] = [socket.localAddress ?? '', socket.remoteAddress ?? ''];
    return work({ from, to, run: (command, input) => exec(entered, where, command, input) });
  };
  try {
    return await Promise.race([stopped, converse()]);
  } catch (error) {
    if (error instanceof BridgewatchError) throw error;
    if (error instanceof Error && error.name === 'AbortError') throw timedOut(`${where} did not answer in time`, error);
    if (error instanceof Error && 'code' in error)
      throw unreachable(`${where} cannot be reached (${String(error.code)})`, error);
    throw error;
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    client?.end();
    socket.destroy();
  }
}
