/** Writes Windows event logs as the event log service does, so that tests have files to read and to damage. */
import { crc32 } from 'node:zlib';

const CHUNK = 65_536;
const FIRST_RECORD = 512;

export interface Tag {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, Inside | readonly Inside[]>>;
  readonly inside: readonly Inside[];
}

export interface SlotOf {
  readonly slot: number;
}

/** Text; a slot; an element; or tokens as they are. */
export type Inside = string | SlotOf | Tag | Buffer;

export const tag = (name: string, attributes: Tag['attributes'] = {}, ...inside: Inside[]): Tag => ({
  tag: name,
  attributes,
  inside,
});
export const slot = (index: number): SlotOf => ({ slot: index });

/** A value of a record: its type and how it is written, which for Binary XML depends on where. */
export interface Given {
  readonly type: number;
  readonly bytes: Buffer | Fragment;
}

export interface Fragment {
  readonly template: Tag;
  readonly values: readonly Given[];
}

export const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
export const text = (value: string): Given => ({ type: 1, bytes: utf16(value) });
export const fragment = (template: Tag, ...values: Given[]): Given => ({ type: 0x21, bytes: { template, values } });
export const nothing: Given = { type: 0, bytes: Buffer.alloc(0) };

export function number(type: number, width: number, value: bigint | number): Given {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return { type, bytes: bytes.subarray(0, width) };
}

/** One chunk being written; offsets count from its start. */
export class ChunkWriter {
  readonly bytes = Buffer.alloc(CHUNK);
  at = FIRST_RECORD;
  #names = new Map<string, number>();
  #templates = new Map<Tag, number>();
  #records = 0;
  #last = FIRST_RECORD;

  u8(...values: number[]): void {
    for (const value of values) this.at = this.bytes.writeUInt8(value, this.at);
  }

  u16(value: number): void {
    this.at = this.bytes.writeUInt16LE(value, this.at);
  }

  u32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.at);
  }

  put(bytes: Buffer): void {
    if (bytes.copy(this.bytes, this.at) < bytes.length) throw new RangeError('the chunk is full');
    this.at += bytes.length;
  }

  /** A record of a template and its values, aligned as Windows aligns; returns where it begins. */
  record(template: Tag, values: readonly Given[], identifier = this.#records + 1): number {
    const start = this.at;
    this.u32(0x2a2a);
    this.u32(0);
    this.bytes.writeBigUInt64LE(BigInt(identifier), this.at);
    this.at += 16;
    this.fragment({ template, values });
    this.u8(0);
    return this.#close(start);
  }

  /** A record of which the Binary XML is given as it is. */
  rawRecord(write: (chunk: this) => void): number {
    const start = this.at;
    this.u32(0x2a2a);
    this.at += 20;
    write(this);
    return this.#close(start);
  }

  fragment({ template, values }: Fragment): void {
    this.u8(0x0f, 1, 1, 0, 0x0c, 1);
    this.u32(0x1234);
    const known = this.#templates.get(template);
    this.u32(known ?? this.at + 4);
    if (known === undefined) this.#define(template);
    this.values(values);
  }

  values(values: readonly Given[]): void {
    this.u32(values.length);
    const descriptors = this.at;
    this.at += values.length * 4;
    for (const [index, { type, bytes }] of values.entries()) {
      const start = this.at;
      if (Buffer.isBuffer(bytes)) this.put(bytes);
      else this.fragment(bytes);
      this.bytes.writeUInt16LE(this.at - start, descriptors + index * 4);
      this.bytes.writeUInt8(type, descriptors + index * 4 + 2);
    }
  }

  element({ tag: name, attributes, inside }: Tag, dependency = true): void {
    const list = Object.entries(attributes);
    this.u8(list.length > 0 ? 0x41 : 0x01);
    if (dependency) this.u16(0xffff);
    const size = this.at;
    this.u32(0);
    this.name(name);
    if (list.length > 0) {
      const listSize = this.at;
      this.u32(0);
      for (const [index, [key, value]] of list.entries()) {
        this.u8(index < list.length - 1 ? 0x46 : 0x06);
        this.name(key);
        for (const part of [value].flat()) this.inside(part, dependency);
      }
      this.bytes.writeUInt32LE(this.at - listSize - 4, listSize);
    }
    if (inside.length === 0) this.u8(0x03);
    else {
      this.u8(0x02);
      for (const part of inside) this.inside(part, dependency);
      this.u8(0x04);
    }
    this.bytes.writeUInt32LE(this.at - size - 4, size);
  }

  inside(part: Inside, dependency: boolean): void {
    if (typeof part === 'string') {
      this.u8(0x05, 1);
      this.u16(part.length);
      this.put(utf16(part));
    } else if (Buffer.isBuffer(part)) this.put(part);
    else if ('slot' in part) {
      this.u8(0x0e);
      this.u16(part.slot);
      this.u8(0);
    } else this.element(part, dependency);
  }

  name(name: string): void {
    const known = this.#names.get(name);
    this.u32(known ?? this.at + 4);
    if (known !== undefined) return;
    this.#names.set(name, this.at);
    this.u32(0);
    this.u16(0);
    this.u16(name.length);
    this.put(utf16(name));
    this.u16(0);
  }

  /** The whole chunk with its header and checksums. */
  finish(): Buffer {
    const { bytes } = this;
    bytes.write('ElfChnk\0', 'latin1');
    bytes.writeBigUInt64LE(1n, 8);
    bytes.writeBigUInt64LE(BigInt(this.#records), 16);
    bytes.writeUInt32LE(128, 40);
    bytes.writeUInt32LE(this.#last, 44);
    bytes.writeUInt32LE(this.at, 48);
    bytes.writeUInt32LE(crc32(bytes.subarray(FIRST_RECORD, this.at)), 52);
    bytes.writeUInt32LE(crc32(bytes.subarray(128, FIRST_RECORD), crc32(bytes.subarray(0, 120))), 124);
    return bytes;
  }

  #define(template: Tag): void {
    this.#templates.set(template, this.at);
    const start = this.at;
    this.at += 24;
    this.u8(0x0f, 1, 1, 0);
    this.element(template);
    this.u8(0);
    this.bytes.writeUInt32LE(this.at - start - 24, start + 20);
  }

  #close(start: number): number {
    this.at = start + Math.ceil((this.at - start + 4) / 8) * 8;
    if (this.at > CHUNK) throw new RangeError('the chunk is full');
    this.bytes.writeUInt32LE(this.at - start, start + 4);
    this.bytes.writeUInt32LE(this.at - start, this.at - 4);
    this.#records += 1;
    this.#last = start;
    return start;
  }
}

/** A file of these chunks. */
export function eventLog(...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(4096);
  header.write('ElfFile\0', 'latin1');
  header.writeUInt32LE(128, 32);
  header.writeUInt16LE(1, 36);
  header.writeUInt16LE(3, 38);
  header.writeUInt16LE(4096, 40);
  header.writeUInt16LE(chunks.length, 42);
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124);
  return Buffer.concat([header, ...chunks]);
}

/** The template Windows gives every event, with fewer slots: identifier, record, time, host, what the provider says. */
export const systemTemplate = tag(
  'Event',
  { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
  tag(
    'System',
    {},
    tag('Provider', { Name: 'Microsoft-Windows-Sysmon' }),
    tag('EventID', {}, slot(0)),
    tag('TimeCreated', { SystemTime: slot(2) }),
    tag('EventRecordID', {}, slot(1)),
    tag('Channel', {}, 'Microsoft-Windows-Sysmon/Operational'),
    tag('Computer', {}, slot(3)),
  ),
  slot(4),
);

export const processTemplate = tag(
  'EventData',
  {},
  tag('Data', { Name: 'Image' }, slot(0)),
  tag('Data', { Name: 'CommandLine' }, slot(1)),
  tag('Data', { Name: 'ProcessId' }, slot(2)),
);

/** 2024-05-01T00:00:00.123456Z and `seconds` after it, in 100 ns since 1601. */
export const ticks = (seconds: number): bigint =>
  (1_714_521_600n + 11_644_473_600n + BigInt(seconds)) * 10_000_000n + 1_234_567n;

/** The values of one process start. */
export const processStart = (record: number, command: string): readonly Given[] => [
  number(6, 2, 1),
  number(10, 8, record),
  number(17, 8, ticks(record)),
  text('host-1'),
  fragment(processTemplate, text('C:\\Windows\\cmd.exe'), text(command), number(8, 4, 4242)),
];

/** A log of process starts numbered from 1, `perChunk` to a chunk. */
export function processLog(chunks: number, perChunk: number): Buffer {
  const written: Buffer[] = [];
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const writer = new ChunkWriter();
    for (let n = 1; n <= perChunk; n += 1) {
      const record = chunk * perChunk + n;
      writer.record(systemTemplate, processStart(record, `cmd /c echo ${record}`), record);
    }
    written.push(writer.finish());
  }
  return eventLog(...written);
}

/** A full chunk of process starts as wide as Sysmon's: 23 fields, some 1,100 bytes each. */
export function denseChunk(): Buffer {
  const paths = [
    'C:\\Windows\\System32\\svchost.exe',
    'C:\\Program Files\\Vendor\\Agent\\agent.exe',
    '10.0.26100.1 (WinBuild)',
  ];
  const fields = Array.from({ length: 23 }, (_, index) => tag('Data', { Name: `FieldNumber${index}` }, slot(index)));
  const template = tag('EventData', {}, ...fields);
  const guid: Given = { type: 15, bytes: Buffer.from('5f3870572ac2e043bf4c06f5698ffbd9', 'hex') };
  const given = fields.map((_, index) =>
    index % 6 === 0
      ? guid
      : index % 6 === 1
        ? number(8, 4, 4000 + index)
        : index === 14
          ? number(21, 8, 0x3e7)
          : text(paths[index % 3] ?? ''),
  );
  const writer = new ChunkWriter();
  for (let n = 1; writer.at < CHUNK - 6000; n += 1)
    writer.record(systemTemplate, [...processStart(n, '').slice(0, 4), fragment(template, ...given)], n);
  return writer.finish();
}
