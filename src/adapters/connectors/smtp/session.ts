import { isIP } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type MailStage, mailFailure } from './failures.ts';
import type { SmtpSettings } from './settings.ts';

export interface Delivery {
  readonly from: string;
  readonly to: string;
  readonly message: Uint8Array;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/**
 * One conversation with a mail server at `address`: TLS, sign-in, one message. Resolves when the server has taken it. Throws `CONNECTOR_*`,
 * knowing how far it came.
 */
export async function deliver(
  settings: SmtpSettings,
  address: string,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  const { host, port, security, timeoutMs, caCertificate } = settings;
  const connection = new SMTPConnection({
    // The address that was checked, so that it is the one connected to; the certificate is still the name's.
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    tls: {
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(caCertificate === undefined ? {} : { ca: caCertificate }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  let stage: MailStage = 'greeting';
  let broke: (error: Error) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    broke = reject;
  });
  const stop = () => broke(new Error('the time was over'));
  connection.on('error', broke);
  connection.on('end', () => broke(new Error('the connection ended')));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    await Promise.race([broken, step((done) => connection.connect(done))]);
    const { auth, from, to, message } = delivery;
    if (auth !== null) {
      stage = 'sign-in';
      await Promise.race([broken, step((done) => connection.login({ credentials: { ...auth } }, done))]);
    }
    stage = 'message';
    await Promise.race([broken, step((done) => connection.send({ from, to: [to] }, Buffer.from(message), done))]);
  } catch (error) {
    throw mailFailure(`mail server ${host}:${port}`, stage, error);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.close();
  }
}

async function step(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    begin((error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}
