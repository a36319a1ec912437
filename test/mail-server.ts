import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as the server took it. */
interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
  readonly user: unknown;
}

export interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  close(): Promise<void>;
}

/** nodemailer's own smtp-server on loopback: STARTTLS with the given certificate, and passwords by user. */
export async function startMailServer(
  certificate: { readonly key: string; readonly cert: string },
  passwords: Readonly<Record<string, string>>,
  changes: SMTPServerOptions = {},
): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...certificate,
    // A rude server: it says the password it was given.
    onAuth: ({ username = '', password }, _session, done) =>
      password !== undefined && passwords[username] === password
        ? done(null, { user: username })
        : done(new Error(`bad password ${password}`)),
    onData(stream, session, done) {
      const parts: Uint8Array[] = [];
      stream.on('data', (part: Uint8Array) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString('utf8'),
          secure: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...changes,
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, close: () => new Promise((done) => server.close(() => done())) };
}
