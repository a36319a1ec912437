import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { Client } from 'ldapts';
import { baseDn, bindDn, configuration, entries, epochAttribute } from './slapd-directory.ts';

const SLAPD = '/usr/sbin/slapd';
const SLAPADD = '/usr/sbin/slapadd';

/** Debian's slapd with a directory of its own, on loopback. */
export interface Slapd {
  /** Plain, or StartTLS. */
  readonly url: string;
  readonly secureUrl: string;
  /** PEM of the one certificate it shows. */
  readonly certificate: string;
  readonly baseDn: string;
  /** The service account: reads all, writes the lock, Active Directory's account control and the session epoch. */
  readonly bindDn: string;
  readonly password: string;
  readonly epochAttribute: string;
  readonly rootDn: string;
  readonly rootPassword: string;
  passwordOf(uid: string): string;
  /** True where the directory lets that person in. `unit` is `people` unless told. */
  canBind(uid: string, unit?: string): Promise<boolean>;
  /** Runs as the directory's own administrator. */
  asRoot<T>(work: (client: Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Why slapd cannot be started here. In CI that is a fault, not a reason to skip. */
function missing(): string | null {
  const absent = [SLAPD, SLAPADD, '/usr/lib/ldap/ppolicy.so', '/usr/bin/openssl'].filter((path) => !existsSync(path));
  if (absent.length === 0) return null;
  const why = `no ${absent.join(', ')} (Debian: apt-get install slapd openssl)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  return why;
}

function run(command: string, args: readonly string[], input?: string): void {
  const { status, stderr } = spawnSync(command, args, { input: input ?? '', encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return [ports[0] ?? 0, ports[1] ?? 0];
}

/** A directory with a few people and groups, or why there is none. */
export async function startSlapd(): Promise<Slapd | { readonly missing: string }> {
  const why = missing();
  if (why !== null) return { missing: why };

  const folder = mkdtempSync(join(tmpdir(), 'bw-slapd-'));
  const word = (): string => randomBytes(12).toString('hex');
  const [password, rootPassword, salt] = [word(), word(), word()];
  const config = join(folder, 'slapd.d');
  for (const each of [config, join(folder, 'data')]) mkdirSync(each);
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('openssl', [
    'req',
    '-x509',
    ...curve,
    '-subj',
    '/CN=slapd',
    '-addext',
    names,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  const seed = join(folder, 'config.ldif');
  writeFileSync(seed, configuration({ folder, rootPassword }), { mode: 0o600 });
  run(SLAPADD, ['-n', '0', '-F', config, '-l', seed]);
  run(SLAPADD, ['-n', '1', '-F', config], entries(salt, password));

  // slapd takes no port 0. A port found free may be gone when slapd asks for it: it ends then, and others are tried.
  for (let attempt = 1; ; attempt++) {
    const [plain, secure] = await freePorts();
    const url = `ldap://127.0.0.1:${plain}`;
    const secureUrl = `ldaps://127.0.0.1:${secure}`;
    const child = spawn(SLAPD, ['-F', config, '-h', `${url} ${secureUrl}`, '-d', '0'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const as = async <T>(dn: string, word: string, work: (client: Client) => Promise<T>): Promise<T> => {
      const client = new Client({ url, timeout: 5_000, connectTimeout: 5_000 });
      try {
        await client.bind(dn, word);
        return await work(client);
      } finally {
        await client.unbind();
      }
    };
    if (await answers(() => as(bindDn, password, async () => true), child)) {
      const passwordOf = (uid: string): string => `${uid}-${salt}`;
      return {
        url,
        secureUrl,
        certificate: readFileSync(certificate, 'utf8'),
        baseDn,
        bindDn,
        password,
        epochAttribute,
        rootDn: `cn=root,${baseDn}`,
        rootPassword,
        passwordOf,
        canBind: (uid, unit = 'people') =>
          as(`uid=${uid},ou=${unit},${baseDn}`, passwordOf(uid), async () => true).catch((error: unknown) => {
            if (error instanceof Error && error.name === 'InvalidCredentialsError') return false;
            throw error;
          }),
        asRoot: (work) => as(`cn=root,${baseDn}`, rootPassword, work),
        async stop() {
          child.kill('SIGTERM');
          await ended;
          rmSync(folder, { recursive: true, force: true });
        },
      };
    }
    child.kill('SIGKILL');
    await ended;
    if (attempt === 5) throw new Error('slapd did not start in five tries');
  }
}

/** Polls until the service account is let in, which only our own directory does. False where slapd ended or is silent. */
async function answers(ask: () => Promise<boolean>, child: ReturnType<typeof spawn>): Promise<boolean> {
  for (let turn = 0; turn < 200 && child.exitCode === null; turn++) {
    if (await ask().catch(() => false)) return true;
    await later(25);
  }
  return false;
}
