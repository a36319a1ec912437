import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (program: string, args: readonly string[]) => execFileSync(program, args, { stdio: 'pipe' });

/** A certificate of this test's own for `name`, made with Debian's openssl; or why there is none. */
export function selfSigned(name: string): { key: string; cert: string } | { missing: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bw-cert-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject]);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch (error) {
    return {
      missing: `no certificate for the test: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
