import { plainText } from '../../../contracts/plain-text.ts';
import type { ActionOrder } from '../../../ports/connector.ts';
import type { Notice } from '../../../ports/notifier.ts';

const LONGEST_LINE = 500;
const MOST_LINES = 60;
const LONGEST_SUBJECT = 200;

/**
 * What is said to people, made plain: no unseen characters, bounded, and without anything a mail or chat program would make a link of by
 * itself. The only link is the console's page; opening it decides nothing.
 */
export function plainNotice({ subject, text, link }: Notice, consoleUrl: string | null): Notice {
  const lines = text.split('\n', MOST_LINES).map((line) => unlinked(plainText(line, LONGEST_LINE)));
  return {
    subject: unlinked(plainText(subject, LONGEST_SUBJECT)).trim() || 'Bridgewatch',
    text: lines.join('\n'),
    link: consoleLink(link, consoleUrl),
  };
}

/** The notice that an order asks for. Its subject and text may come from a playbook or a person; the link never does. */
export function noticeOf(
  { tenant, finding, kind, target, parameters }: ActionOrder,
  consoleUrl: string | null,
): Notice {
  const { subject, text } = parameters;
  const page = `/t/${encodeURIComponent(tenant)}/findings/${encodeURIComponent(finding)}`;
  return plainNotice(
    {
      subject: typeof subject === 'string' ? subject : `Bridgewatch: ${target.kind} ${target.value}`,
      text: typeof text === 'string' ? text : `${kind} for ${target.kind} ${target.value}. The finding says why.`,
      link: consoleUrl === null ? null : `${consoleUrl}${page}`,
    },
    consoleUrl,
  );
}

function consoleLink(link: string | null, consoleUrl: string | null): string | null {
  const [url, home] = [URL.parse(link ?? ''), URL.parse(consoleUrl ?? '')];
  return url !== null && home !== null && url.origin === home.origin && url.username === '' ? url.href : null;
}

function unlinked(text: string): string {
  return text
    .replaceAll('://', '[:]//')
    .replace(/\bwww\./gi, 'www[.]')
    .replaceAll('@', '[at]');
}
