import { z } from 'zod';
import { SecretName } from '../../../contracts/connector.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import type { Piece } from './template.ts';
import { invalid, type Values } from './values.ts';

/**
 * A rendered text in which secrets still stand by name. Structure and no marks inside a string, so that a value that looks like
 * a reference to a secret stays text.
 */
export const Text = z.union([
  z.string(),
  z.array(z.union([z.string(), z.strictObject({ secret: SecretName })])).max(1000),
]);
export type Text = z.infer<typeof Text>;

/** How a value must be written where it stands. */
export type Encode = (value: string) => string;

/** A part of a path or a query, RFC 3986: only unreserved characters stand as they are. Empty is refused: `DELETE /users/` is not what was meant. */
export const inUrl: Encode = (value) => {
  if (value === '') throw invalid('a value that stands in the address is empty');
  return encodeURIComponent(value).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
};

/** Inside the quotes of a JSON string. */
export const inJson: Encode = (value) => JSON.stringify(value).slice(1, -1);

/** A value of a form, application/x-www-form-urlencoded. */
export const inForm: Encode = (value) => encodeURIComponent(value);

/** RFC 9110 field values without obs-text: visible ASCII and spaces, so no line can be added. */
export const inHeader: Encode = (value) => {
  if (!/^[\x20-\x7e]*$/.test(value))
    throw invalid('a value that stands in a header holds other characters than visible ASCII');
  return value;
};

/** Fills a template in. Secrets stay names. */
export function render(pieces: readonly Piece[], values: Values, encode: Encode): Text {
  return joined(
    pieces.map((piece) => {
      if ('text' in piece) return piece.text;
      if ('value' in piece) return encode(String(values(piece.value)));
      return { secret: piece.secret };
    }),
  );
}

type Part = string | { readonly secret: string };

/** Neighbouring strings as one; a text without secrets as a plain string. */
export function joined(parts: readonly Part[]): Text {
  const whole: (string | { secret: string })[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (typeof part === 'string' && typeof last === 'string') whole[whole.length - 1] = last + part;
    else whole.push(part);
  }
  const [first = ''] = whole;
  return whole.length <= 1 && typeof first === 'string' ? first : whole;
}

export function hasSecrets(text: Text): boolean {
  return typeof text !== 'string';
}

/** The secrets of one call, each read once; and what they were, so that an answer that repeats one can be cleaned. */
export class SecretsInUse {
  readonly #read: (name: string) => Promise<string>;
  readonly #values = new Map<string, string>();

  constructor(secrets: Secrets, tenant: string) {
    this.#read = (name) => secrets.read(tenant, name);
  }

  async value(name: string): Promise<string> {
    const value = this.#values.get(name) ?? (await this.#read(name));
    this.#values.set(name, value);
    return value;
  }

  /** A text as it goes out. */
  async fill(text: Text, encode: Encode): Promise<string> {
    if (typeof text === 'string') return text;
    let filled = '';
    for (const part of text) filled += typeof part === 'string' ? part : encode(await this.value(part.secret));
    return filled;
  }

  /** `text` without any secret of this call, in the forms an honest echo has: as it is, JSON, URL-encoded, base64, hexadecimal. */
  clean(text: string): string {
    let cleaned = text;
    for (const value of this.#values.values()) {
      const bytes = Buffer.from(value, 'utf8');
      const hex = bytes.toString('hex');
      const forms = [
        inJson(value),
        encodeURIComponent(value),
        bytes.toString('base64').replace(/=+$/, ''),
        bytes.toString('base64url'),
        hex,
        hex.toUpperCase(),
      ];
      for (const form of [value, ...forms]) cleaned = cleaned.replaceAll(form, '[secret]');
    }
    return cleaned;
  }
}
