import MailComposer from 'nodemailer/lib/mail-composer';
import { stableId } from '../../../kernel/ids.ts';
import type { Notice } from '../../../ports/notifier.ts';

export interface Letter {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly notice: Notice;
  readonly key: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Of one key, the same for every try: a mailbox that sees it twice can tell that it is one. */
export function messageIdOf({ tenant, key, from }: Letter): string {
  return `<${stableId('mail', tenant, key)}@${from.slice(from.indexOf('@') + 1)}>`;
}

/** A letter as RFC 5322 bytes: text only, never HTML, never a file. */
export async function composed(letter: Letter): Promise<Uint8Array> {
  const { from, to, notice, at } = letter;
  const link = `\n\nOpen in Bridgewatch: ${notice.link}\nNothing is decided by opening it.\n`;
  return await new MailComposer({
    from,
    to,
    subject: notice.subject,
    text: notice.link === null ? notice.text : notice.text + link,
    messageId: messageIdOf(letter),
    date: new Date(at),
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}
