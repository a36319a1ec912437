import { isUtf8 } from 'node:buffer';

const BAD = '\uFFFD';

/**
 * Text of a message's bytes, without the line ends and NULs around it. UTF-8; bytes that are none become U+FFFD, so that one bad byte hides
 * one character and not the message. Where no byte above 127 is UTF-8 the sender writes Latin-1, as older devices do. A NUL inside becomes
 * U+FFFD: stores behind take none.
 */
export function decodeText(bytes: Buffer): string {
  let start = 0;
  let end = bytes.length;
  while (end > start && isPadding(bytes[end - 1])) end -= 1;
  while (start < end && isPadding(bytes[start])) start += 1;
  const part = bytes.subarray(start, end);
  let text = part.toString('utf8');
  if (!isUtf8(part) && !hasMultibyte(text)) text = part.toString('latin1');
  return text.includes('\0') ? text.replaceAll('\0', BAD) : text;
}

function isPadding(byte: number | undefined): boolean {
  return byte === 10 || byte === 13 || byte === 0;
}

function hasMultibyte(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 127 && unit !== 0xfffd) return true;
  }
  return false;
}
