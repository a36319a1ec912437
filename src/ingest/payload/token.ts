import type { SyslogMessage } from './message.ts';

/** 32473 is the enterprise number that RFC 5612 keeps for documentation; the element is ours by its name. */
const ELEMENT = 'bridgewatch@32473';
/** Written where no structured data may stand (a malformed header, a message quoted): hidden all the same. */
const anywhere = /(bridgewatch@32473[^\]]{0,400}?\btoken=\\?")[^"\\\]]{1,400}/g;

/** The message without `[bridgewatch@32473 token="..."]` and the token that it named. A token anywhere else names nobody and is hidden. */
export function withoutToken(message: SyslogMessage): {
  readonly message: SyslogMessage;
  readonly token: string | undefined;
} {
  const element = message.structured?.[ELEMENT] as Record<string, unknown> | undefined;
  let token: string | undefined;
  let { structured } = message;
  if (element !== undefined && Object.hasOwn(element, 'token')) {
    const { token: value, ...others } = element;
    token = typeof value === 'string' ? value : '';
    const { [ELEMENT]: _, ...rest } = structured ?? {};
    structured = Object.keys(others).length > 0 ? { ...rest, [ELEMENT]: others } : rest;
    if (Object.keys(structured).length === 0) structured = undefined;
  }
  if (structured === message.structured && !message.message.includes(ELEMENT)) return { message, token };
  return { message: { ...message, structured, message: hideToken(message.message) }, token };
}

/** Hides what looks like our token in free text. */
export function hideToken(text: string): string {
  return text.includes(ELEMENT) ? text.replace(anywhere, '$1***') : text;
}
