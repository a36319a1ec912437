import { isUtf8 } from 'node:buffer';

/** The ways a secret may lie about in a text: plain, JSON, URL-encoded, hexadecimal, and base64 at each of its three offsets. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const inBase64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters at the ends depend on the neighbours too.
    return text.slice(before === 0 ? 0 : before + 1, -1);
  });
  const url = encodeURIComponent(secret);
  const strict = url.replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    strict,
    url.replaceAll('%20', '+'),
    bytes.toString('hex'),
    ...inBase64,
    ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Which of the planted are in a text or bytes, in any form; by name. */
export function foundIn(content: string | Uint8Array, planted: Readonly<Record<string, string>>): readonly string[] {
  const text =
    typeof content === 'string' ? content : Buffer.from(content).toString(isUtf8(content) ? 'utf8' : 'latin1');
  const lower = text.toLowerCase();
  return Object.entries(planted).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => lower.includes(form.toLowerCase())) ? [name] : [],
  );
}
