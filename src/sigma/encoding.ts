/** Byte strings: one character per byte, 0-255. Kept apart from text by the caller. */

export function utf8Bytes(text: string): string {
  let bytes = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes += character;
    else if (code < 0x800) bytes += byte(0xc0 | (code >> 6)) + tail(code);
    else if (code < 0x10000) bytes += byte(0xe0 | (code >> 12)) + tail(code >> 6) + tail(code);
    else bytes += byte(0xf0 | (code >> 18)) + tail(code >> 12) + tail(code >> 6) + tail(code);
  }
  return bytes;
}

const byte = (value: number) => String.fromCharCode(value);
const tail = (value: number) => byte(0x80 | (value & 0x3f));

export function utf16LittleEndian(text: string): string {
  let bytes = '';
  for (let i = 0; i < text.length; i++) bytes += byte(text.charCodeAt(i) & 0xff) + byte(text.charCodeAt(i) >> 8);
  return bytes;
}

export function utf16BigEndian(text: string): string {
  let bytes = '';
  for (let i = 0; i < text.length; i++) bytes += byte(text.charCodeAt(i) >> 8) + byte(text.charCodeAt(i) & 0xff);
  return bytes;
}

/**
 * The part of the Base64 form that does not depend on what stands around the bytes, for each of the three alignments.
 * Method: F. Roth's base64offset, as in the Sigma modifiers appendix.
 */
export function base64Offsets(bytes: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = btoa(' '.repeat(shift) + bytes);
    const from = [0, 2, 3][shift] ?? 0;
    const cut = [0, 3, 2][(bytes.length + shift) % 3] ?? 0;
    return encoded.slice(from, encoded.length - cut);
  });
}

export function base64(bytes: string): string {
  return btoa(bytes);
}
