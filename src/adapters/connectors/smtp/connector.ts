import { isIP } from 'node:net';
import type { Receipt } from '../../../ports/connector.ts';
import { invalid } from '../http/values.ts';
import { rangeOf } from '../network/addresses.ts';
import { unreachable } from '../network/failures.ts';
import { checkAddress } from '../network/network.ts';
import { notifying, type Telling } from '../notice/notifying.ts';
import type { ConnectorRoom } from '../room.ts';
import { composed, type Letter, messageIdOf } from './letter.ts';
import { deliver } from './session.ts';
import { MailAddress, type SmtpSettings } from './settings.ts';

/** Mail over STARTTLS or TLS, to people on a list. */
export function smtpConnector(settings: SmtpSettings, room: ConnectorRoom): Telling {
  return notifying(
    {
      repeatable: false,
      recipient: (asked) => recipientIn(settings, asked),
      says: (to) => `a mail to ${to} through ${settings.host}`,
      tell: (tenant, to, notice, key, signal) => sendMail(settings, room, { tenant, to, notice, key }, signal),
    },
    room.consoleUrl,
  );
}

async function sendMail(
  settings: SmtpSettings,
  room: ConnectorRoom,
  words: Pick<Letter, 'tenant' | 'to' | 'notice' | 'key'>,
  signal: AbortSignal,
): Promise<Receipt> {
  const place = `mail server ${settings.host}:${settings.port}`;
  const letter = { ...words, from: settings.from, at: room.clock.now() };
  const { from, to } = letter;
  const [address, auth] = [await addressOf(settings, room, place), await credentials(settings, room, letter.tenant)];
  await deliver(settings, address, { from, to, message: await composed(letter), auth }, signal);
  return { taken: true, by: place, messageId: messageIdOf(letter) };
}

async function addressOf({ host, ranges }: SmtpSettings, { network }: ConnectorRoom, place: string): Promise<string> {
  const reach = { ranges: ranges.map(rangeOf).filter((range) => range !== null), loopback: network.loopback };
  const addresses =
    isIP(host) === 0
      ? await network.resolve(host).catch((): never => {
          throw unreachable(place, 'its name has no address');
        })
      : [{ address: host, family: isIP(host) }];
  for (const { address } of addresses) checkAddress(host, address, reach);
  const [first] = addresses;
  if (first === undefined) throw unreachable(place, 'its name has no address');
  return first.address;
}

async function credentials({ user, passwordSecret }: SmtpSettings, { secrets }: ConnectorRoom, tenant: string) {
  if (user === undefined || passwordSecret === undefined) return null;
  return { user, pass: await secrets.read(tenant, passwordSecret) };
}

function recipientIn({ recipients, defaultTo }: SmtpSettings, asked: unknown): string {
  const to = MailAddress.safeParse(asked ?? defaultTo);
  if (!to.success)
    throw invalid('the recipient is no single mail address, or none is given and the connector has no default');
  const address = to.data.toLowerCase();
  const domain = address.slice(address.indexOf('@'));
  const listed = recipients.some((each) => [address, `*${domain}`].includes(each.toLowerCase()));
  if (!listed) throw invalid(`the connector may not write to ${to.data}; its settings list whom it may`);
  return to.data;
}
