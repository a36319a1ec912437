import { keep } from './keep.ts';

const start = /^(?:node=(\S{1,255}) )?type=([A-Z][A-Z0-9_]{2,40}) msg=audit\((\d{9,11}\.\d{1,6}:\d{1,20})\):\s?/;
const field = /([\w-]{1,64})=(?:"([^"]*)"|'([^']*)'|(\S*))/g;
/** Fields that auditd writes as hex where they hold a blank, a quote or a control character. */
const encoded = /^(?:a\d{1,4}|proctitle|exe|comm|name|cwd|acct|cmd|path|dir|key)$/;
const hex = /^(?:[0-9A-F]{2}){2,}$/;
/** Parts the plain fields from the interpreted ones (`AUID="ana"`); relays write it as `#035`. */
const separators = ['\u001D', '#035'];

/**
 * A Linux audit record as text (`type=EXECVE msg=audit(1604996892.174:212): argc=2 a0="id" ...`) as the members the auditd lens reads: quotes taken
 * off, hex decoded, the fields inside `msg='...'` beside the others. Undefined where `text` is none.
 */
export function auditOf(text: string): Record<string, unknown> | undefined {
  const found = start.exec(text);
  if (found === null) return undefined;
  const [whole, node, type, stamp] = found;
  const record: Record<string, unknown> = { type, msg: `audit(${stamp})` };
  if (node !== undefined) record.node = node;
  let fields = text.slice(whole.length);
  for (const separator of separators) fields = fields.replaceAll(separator, ' ');
  fill(record, fields, type === 'SYSCALL');
  return record;
}

function fill(record: Record<string, unknown>, text: string, isSyscall: boolean): void {
  for (const [, name = '', quoted, nested, bare] of text.matchAll(field)) {
    if (nested !== undefined) {
      fill(record, nested, isSyscall);
      continue;
    }
    const value = quoted ?? plain(name, bare ?? '', isSyscall);
    if (value !== '?' && !Object.hasOwn(record, name)) keep(record, name, value);
  }
}

/** A system call's `a0` to `a3` are numbers in hex; everywhere else unquoted hex is encoded text. */
function plain(name: string, value: string, isSyscall: boolean): string {
  if (!encoded.test(name) || !hex.test(value) || (isSyscall && /^a\d/.test(name))) return value;
  return Buffer.from(value, 'hex').toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ');
}
