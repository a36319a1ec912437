/** Milliseconds from 1601-01-01 to 1970-01-01. */
const TO_UNIX = 11_644_473_600_000;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/**
 * A FILETIME, 100 ns since 1601 in two halves, as ISO 8601 in UTC to the microsecond, as evtx_dump has it.
 * Halves because 64 bits do not fit a double, and a BigInt for each event would be dear: 2^32 is 429,496 x 10,000 + 7,296.
 */
export function fileTime(low: number, high: number): string {
  const rest = high * 7296 + low;
  const millis = high * 429_496 + Math.floor(rest / 10_000) - TO_UNIX;
  const micros = Math.floor((rest % 10_000) / 10);
  return `${new Date(millis).toISOString().slice(0, -1)}${pad(micros, 3)}Z`;
}

/** A SYSTEMTIME: year, month, day of week, day, hour, minute, second, millisecond, 16 bits each. */
export function systemTime(bytes: Buffer, start: number): string {
  const part = (index: number) => bytes.readUInt16LE(start + index * 2);
  const date = `${pad(part(0), 4)}-${pad(part(1), 2)}-${pad(part(3), 2)}`;
  return `${date}T${pad(part(4), 2)}:${pad(part(5), 2)}:${pad(part(6), 2)}.${pad(part(7), 3)}000Z`;
}
