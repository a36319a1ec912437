import fc from 'fast-check';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../../test/certificate.ts';
import { connectorRoom, orderOf, planOf, runOf } from '../../../../test/connector-room.ts';
import { type MailServer, startMailServer } from '../../../../test/mail-server.ts';
import { code } from '../../../../test/store-backends.ts';
import { smtpConnector } from './connector.ts';
import { SmtpSettings } from './settings.ts';

const PASSWORD = 'pl4nted mail password';
const certificate = selfSigned('mail.example');
if ('missing' in certificate) console.warn(`mail tests skipped: ${certificate.missing}`);

const opened: MailServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function startMail(changes: SMTPServerOptions = {}): Promise<MailServer> {
  if ('missing' in certificate) throw new Error(certificate.missing);
  const server = await startMailServer(certificate, { soc: PASSWORD }, changes);
  opened.push(server);
  return server;
}

const connector = (
  port: number,
  changes: Record<string, unknown> = {},
  secrets: Record<string, string> = { mail: PASSWORD },
) =>
  smtpConnector(
    SmtpSettings.parse({
      host: 'mail.example',
      port,
      user: 'soc',
      passwordSecret: 'mail',
      from: 'bridgewatch@acme.example',
      recipients: ['*@acme.example', 'oncall@partner.example'],
      defaultTo: 'soc@acme.example',
      ranges: ['127.0.0.0/8'],
      caCertificate: 'missing' in certificate ? undefined : certificate.cert,
      timeoutMs: 3000,
      ...changes,
    }),
    connectorRoom(secrets, { 'mail.example': ['127.0.0.1'], 'inside.example': ['169.254.169.254'] }),
  );
/** Quoted-printable (RFC 2045) as text again, as far as links go. */
const unfolded = (raw: string) => raw.replace(/=\r\n/g, '').replaceAll('=3D', '=');
const notify = (parameters: Record<string, unknown> = {}) => orderOf('notify_owner', 'bob', parameters);

describe.skipIf('missing' in certificate)('mail', () => {
  it('goes out over TLS with the password, and its receipt is what proves it', async () => {
    const { port, mails } = await startMail();
    const smtp = connector(port);
    const plan = await planOf(
      smtp,
      notify({ to: 'bob@acme.example', subject: 'Your account', text: 'first line\nsecond line' }),
    );
    expect(plan).toMatchObject({
      undo: null,
      arguments: { to: 'bob@acme.example', link: 'https://soc.example.org/t/acme/findings/f1' },
    });
    const receipt = await smtp.execute(plan, runOf());
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      from: 'bridgewatch@acme.example',
      to: ['bob@acme.example'],
      secure: true,
      user: 'soc',
    });
    expect(mails[0]?.raw).toMatch(/^Subject: Your account\r$/m);
    expect(mails[0]?.raw).toContain('https://soc.example.org/t/acme/findings/f1');
    expect(JSON.stringify(receipt)).not.toContain('pl4nted');
    expect(await smtp.verify(plan, receipt, runOf())).toMatchObject({ outcome: 'yes' });
    expect(await smtp.verify(plan, null, runOf())).toMatchObject({ outcome: 'unknown' });
    expect(await smtp.verifyUndone(plan, receipt, runOf())).toMatchObject({ outcome: 'no' });
    await expect(smtp.undo(plan, receipt, runOf())).rejects.toThrow(code('CONNECTOR_ORDER_INVALID'));
    expect(smtp.repeatable).toBe(false);
  });

  it('as a notice has one Message-ID for every try of one key', async () => {
    const { port, mails } = await startMail();
    const notice = { subject: 'Page', text: 'wake up', link: 'https://soc.example.org/t/acme/actions/a1?plan=x' };
    const notifier = connector(port).notifier('acme');
    for (const key of ['k1', 'k1', 'k2']) await notifier.send('oncall@partner.example', notice, key, runOf().signal);
    const ids = mails.map(({ raw }) => /^Message-ID: (.*)\r$/im.exec(raw)?.[1]);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    await notifier.send('oncall@partner.example', { ...notice, link: 'https://evil.example/x' }, 'k3', runOf().signal);
    expect(mails.at(-1)?.raw).not.toContain('evil');
  });

  it('whose words are hostile has no more headers, recipients or links than one that is not', async () => {
    const { port, mails } = await startMail();
    const smtp = connector(port);
    const headers = (raw: string) =>
      raw
        .slice(0, raw.indexOf('\r\n\r\n'))
        .split('\r\n')
        .filter((line) => /^\S/.test(line))
        .map((line) => line.split(':')[0]);
    await smtp.execute(await planOf(smtp, notify({ subject: 'plain', text: 'plain' })), runOf());
    const usual = headers(mails[0]?.raw ?? '');
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'a\r\nBcc: evil@evil.example',
        'a\nX-Evil: 1\n\nbody',
        '=?utf-8?q?=0d=0aBcc:_e@e.example?=',
        '\r\n.\r\nMAIL FROM:<x@y>',
        'http://evil.example www.evil.example',
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (subject, text) => {
        mails.length = 0;
        await smtp.execute(await planOf(smtp, notify({ subject, text })), runOf());
        const [mail] = mails;
        expect(mails).toHaveLength(1);
        expect(mail?.to).toEqual(['soc@acme.example']);
        expect(headers(mail?.raw ?? '').toSorted()).toEqual(usual.toSorted());
        expect(unfolded(mail?.raw ?? '').match(/https?:\/\/[^\s>]+/g) ?? []).toEqual([
          'https://soc.example.org/t/acme/findings/f1',
        ]);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    'bob@evil.example',
    'bob@acme.example.evil.example',
    'a@acme.example, b@evil.example',
    'Bob <bob@acme.example>',
    'bob@acme.example\r\nRCPT TO:<x@y>',
    '',
    7,
    ['bob@acme.example'],
  ])('is not written to %j', async (to) => {
    await expect(connector(1).survey(notify({ to }), runOf().signal)).rejects.toThrow(code('CONNECTOR_ORDER_INVALID'));
  });

  it('is not sent without TLS, with a wrong password, or to a certificate that is another', async () => {
    const plain = await startMail({ disabledCommands: ['STARTTLS'] });
    const open = await startMail();
    const plan = await planOf(connector(open.port), notify());
    await expect(connector(plain.port).execute(plan, runOf())).rejects.toThrow(code('CONNECTOR_REFUSED'));
    const refused = await connector(open.port, {}, { mail: 'pl4nted but wrong' })
      .execute(plan, runOf())
      .catch((error: unknown) => error);
    expect(refused).toEqual(code('CONNECTOR_REFUSED'));
    expect(String(refused)).not.toContain('pl4nted');
    await expect(connector(open.port, { caCertificate: undefined }).execute(plan, runOf())).rejects.toThrow(
      code('CONNECTOR_UNREACHABLE'),
    );
    await expect(connector(open.port, { host: '127.0.0.1', ranges: [] }).execute(plan, runOf())).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    await expect(connector(open.port, { host: 'inside.example' }).execute(plan, runOf())).rejects.toThrow(
      code('CONNECTOR_REFUSED'),
    );
    await expect(connector(1).execute(plan, runOf())).rejects.toThrow(code('CONNECTOR_UNREACHABLE'));
    expect([...plain.mails, ...open.mails]).toEqual([]);
  });

  it.each([
    ['450', 'CONNECTOR_UNREACHABLE'],
    ['550', 'CONNECTOR_REFUSED'],
  ])('whose recipient is answered with %s is %s', async (answer, expected) => {
    const { port } = await startMail({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode: Number(answer) })),
    });
    const smtp = connector(port);
    await expect(smtp.execute(await planOf(smtp, notify()), runOf())).rejects.toThrow(code(expected));
  });

  it('whose server is silent once it has the message is unknown', async () => {
    const { port } = await startMail({ onData: (stream) => void stream.resume() });
    const smtp = connector(port, { timeoutMs: 300 });
    await expect(smtp.execute(await planOf(smtp, notify()), runOf())).rejects.toThrow(
      code('CONNECTOR_OUTCOME_UNKNOWN'),
    );
  });
});
