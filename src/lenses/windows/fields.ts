import type { JsonObject } from '../../contracts/event.ts';
import { inTable, own, type Reader } from '../fields.ts';
import type { WindowsShape } from './shape.ts';

/** Security 4688 says what Sysmon 1 says under other names. Read only where the record is a 4688 (`NewProcessName`). */
const in4688: Readonly<Record<string, string>> = {
  Image: 'NewProcessName',
  ParentImage: 'ParentProcessName',
  ParentProcessId: 'ProcessId',
  User: 'SubjectUserName',
  LogonId: 'SubjectLogonId',
  IntegrityLevel: 'MandatoryLabel',
};

/** Mandatory label SIDs (MS-DTYP 2.4.2.4) under the names Sysmon gives them. */
const integrity: Readonly<Record<string, string>> = {
  'S-1-16-0': 'Untrusted',
  'S-1-16-4096': 'Low',
  'S-1-16-8192': 'Medium',
  'S-1-16-8448': 'MediumPlus',
  'S-1-16-12288': 'High',
  'S-1-16-16384': 'System',
};

/** Older rules name one hash of Sysmon's `Hashes` (`MD5=..,IMPHASH=..`). */
const hashNames: Readonly<Record<string, string>> = {
  Imphash: 'IMPHASH=',
  IMPHASH: 'IMPHASH=',
  imphash: 'IMPHASH=',
  md5: 'MD5=',
  MD5: 'MD5=',
  sha1: 'SHA1=',
  SHA1: 'SHA1=',
  sha256: 'SHA256=',
  SHA256: 'SHA256=',
};

function hashIn(data: JsonObject, label: string): string | undefined {
  const hashes = data.Hashes ?? data.Hash;
  if (typeof hashes !== 'string') return undefined;
  // 'SHA1=' must not be found inside another label; entries are separated by commas.
  for (let at = hashes.indexOf(label); at >= 0; at = hashes.indexOf(label, at + 1)) {
    if (at > 0 && hashes.charCodeAt(at - 1) !== 44) continue;
    const end = hashes.indexOf(',', at);
    return hashes.slice(at + label.length, end < 0 ? undefined : end);
  }
  return undefined;
}

/** Classic events (PowerShell 400, MSSQL, ESENT) have nameless strings: an array, numbered params, or just the message. */
function unnamed(shape: WindowsShape, record: JsonObject): unknown {
  const data = shape.data(record);
  const held = data.Data;
  if (held !== undefined) {
    const inner = typeof held === 'object' && held !== null ? (held as JsonObject)['#text'] : undefined;
    return inner !== undefined ? inner : held;
  }
  if (data.param1 !== undefined) {
    const params: unknown[] = [];
    for (let index = 1; data[`param${index}`] !== undefined; index += 1) params.push(data[`param${index}`]);
    return params;
  }
  return shape.message(record);
}

/** Fields every rule spells the same way, whatever the container calls them. */
function header(shape: WindowsShape, field: string): Reader | undefined {
  const readers: Readonly<Record<string, Reader>> = {
    EventID: shape.eventId,
    Channel: shape.channel,
    Provider_Name: shape.provider,
    Computer: shape.computer,
  };
  return inTable(readers, field);
}

/** A container's name for the field when the plain one is missing. */
function fallback(shape: WindowsShape, field: string): Reader | undefined {
  const hash = inTable(hashNames, field);
  if (hash !== undefined) return (record) => hashIn(shape.data(record), hash);
  const alias = inTable(in4688, field);
  if (alias !== undefined) {
    const translate = field === 'IntegrityLevel';
    return (record) => {
      const data = shape.data(record);
      if (data.NewProcessName === undefined) return undefined;
      const value = data[alias];
      return translate && typeof value === 'string' ? (inTable(integrity, value) ?? value) : value;
    };
  }
  if (field === 'Data') return (record) => unnamed(shape, record);
  if (field === 'Message') return shape.message;
  if (Object.hasOwn(shape.system, field)) return shape.system[field];
  // EVTX attribute names may hold blanks ("Threat Name"); rules write them without.
  const spaced = field.replace(/([a-z])([A-Z])/g, '$1 $2');
  return spaced === field ? undefined : (record) => shape.data(record)[spaced];
}

/** See Lens.reader. The event's own field wins, except for the four header fields, whose meaning is fixed. */
export function windowsReader(shape: WindowsShape, field: string): Reader {
  const fixed = header(shape, field);
  if (fixed !== undefined) return fixed;
  const read = own(field);
  const other = fallback(shape, field);
  // A literal `Data` object (evtx) is unwrapped rather than handed out.
  if (field === 'Data' && other !== undefined) return other;
  if (other === undefined) return (record) => read(shape.data(record));
  return (record) => {
    const value = read(shape.data(record));
    return value !== undefined ? value : other(record);
  };
}
