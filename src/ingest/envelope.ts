/** An envelope shows itself within its first bytes, or is read as a record. */
export const PREFIX_BYTES = 512;

const scalar = '(?:"(?:[^"\\\\]|\\\\.){0,300}"|-?[0-9.eE+]{1,30}|true|false|null)';
const member = `"(?:[^"\\\\]){1,60}"\\s{0,9}:\\s{0,9}`;
/**
 * `{"Records":[` (CloudTrail, S3), `{"records":[` (Azure diagnostics) as the first member; `{"@odata.context":"...","value":[`
 * (Microsoft Graph), where other @odata members may come between.
 */
const envelope = new RegExp(
  `^\\{\\s{0,99}(?:"[Rr]ecords"|"@odata[^"]{1,40}"\\s{0,9}:\\s{0,9}${scalar}\\s{0,9},\\s{0,99}(?:${member}${scalar}\\s{0,9},\\s{0,99}){0,3}"value")\\s{0,9}:\\s{0,99}\\[`,
);

/** Length of the envelope's opening, up to and with the array's bracket; 0 when `bytes` opens no envelope. */
export function envelopePrefix(bytes: Buffer): number {
  return envelope.exec(bytes.toString('latin1'))?.[0].length ?? 0;
}

/** The records inside an already parsed envelope (one on a line of its own), or undefined. */
export function enveloped(value: object): readonly unknown[] | undefined {
  const record = value as Record<string, unknown>;
  const list = record.Records ?? record.records ?? (record['@odata.context'] === undefined ? undefined : record.value);
  if (!Array.isArray(list)) return undefined;
  // A record may have a member of that name among others; an envelope has little else.
  return Object.keys(record).length <= 4 ? list : undefined;
}
