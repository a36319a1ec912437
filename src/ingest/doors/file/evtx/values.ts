import { fileTime, systemTime } from './time.ts';

/** A value as JSON holds it; undefined where there is none. */
export type Scalar = string | number | boolean | undefined;

export const STRING = 0x01;
export const BINARY_XML = 0x21;
const ARRAY = 0x80;
const SPACE = 0x20;

type Render = (bytes: Buffer, start: number, size: number) => Scalar;

const hex = (bytes: Buffer, start: number, size: number): string =>
  bytes.toString('hex', start, start + size).toUpperCase();

/** What a double cannot hold stays exact as decimal text. */
function large(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** JSON has no infinities; these are the names Windows writes. */
function real(value: number): number | string {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return '-1.#IND';
  return value > 0 ? '1.#INF' : '-1.#INF';
}

function guid(bytes: Buffer, start: number): string {
  const head = bytes.readUInt32LE(start).toString(16).padStart(8, '0');
  const second = bytes.readUInt16LE(start + 4).toString(16);
  const third = bytes.readUInt16LE(start + 6).toString(16);
  const tail = bytes.toString('hex', start + 8, start + 16);
  return `${head}-${second.padStart(4, '0')}-${third.padStart(4, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`.toUpperCase();
}

/** [MS-DTYP] 2.4.2: revision, count, a 48-bit big-endian authority (hexadecimal from 2^32 on), 32-bit sub-authorities. */
function sid(bytes: Buffer, start: number, size: number): string {
  const count = size < 8 ? 0 : (bytes[start + 1] ?? 0);
  if (size < 8 || size < 8 + count * 4) return hex(bytes, start, size);
  const authority = bytes.readUIntBE(start + 2, 6);
  let text = `S-${bytes[start]}-${authority < 2 ** 32 ? authority : `0x${authority.toString(16).padStart(12, '0')}`}`;
  for (let index = 0; index < count; index += 1) text += `-${bytes.readUInt32LE(start + 8 + index * 4)}`;
  return text;
}

function hex64(bytes: Buffer, start: number): string {
  const high = bytes.readUInt32LE(start + 4);
  const low = bytes.readUInt32LE(start).toString(16);
  return high === 0 ? `0x${low}` : `0x${high.toString(16)}${low.padStart(8, '0')}`;
}

const hex32: Render = (bytes, start) => `0x${bytes.readUInt32LE(start).toString(16)}`;

const narrow = Buffer.alloc(1024);

/**
 * UTF-16 as text. Nearly all of it is Latin-1, and as such it is half the size in memory, and faster to write as JSON and to match.
 */
function utf16(bytes: Buffer, start: number, end: number): string {
  const length = (end - start) >> 1;
  if (length > narrow.length) return bytes.toString('utf16le', start, end);
  for (let index = 0, from = start; index < length; index += 1, from += 2) {
    if (bytes[from + 1] !== 0) return bytes.toString('utf16le', start, end);
    narrow[index] = bytes[from] ?? 0;
  }
  return narrow.toString('latin1', 0, length);
}

/**
 * Strings without the NULs and spaces they are padded with (`Advapi  `, a command line typed with a space behind): evtx_dump
 * leaves them out since its version 0.8.5, and so do the reference renderings rules are tested on.
 */
function unicode(bytes: Buffer, start: number, size: number): string {
  let end = start + (size & ~1);
  while (end > start && bytes[end - 1] === 0 && (bytes[end - 2] === 0 || bytes[end - 2] === SPACE)) end -= 2;
  return utf16(bytes, start, end);
}

const windows1252 = new TextDecoder('windows-1252');

function ansi(bytes: Buffer, start: number, size: number): string {
  let end = start + size;
  while (end > start && (bytes[end - 1] === 0 || bytes[end - 1] === SPACE)) end -= 1;
  return windows1252.decode(bytes.subarray(start, end));
}

/** Types of one width, by number: [bytes, how to write them]. [MS-EVEN6] 2.2.12.3. */
const fixed: Readonly<Record<number, readonly [number, Render]>> = {
  3: [1, (bytes, start) => bytes.readInt8(start)],
  4: [1, (bytes, start) => bytes[start]],
  5: [2, (bytes, start) => bytes.readInt16LE(start)],
  6: [2, (bytes, start) => bytes.readUInt16LE(start)],
  7: [4, (bytes, start) => bytes.readInt32LE(start)],
  8: [4, (bytes, start) => bytes.readUInt32LE(start)],
  9: [8, (bytes, start) => large(bytes.readBigInt64LE(start))],
  10: [8, (bytes, start) => large(bytes.readBigUInt64LE(start))],
  11: [4, (bytes, start) => real(bytes.readFloatLE(start))],
  12: [8, (bytes, start) => real(bytes.readDoubleLE(start))],
  13: [4, (bytes, start) => bytes.readUInt32LE(start) !== 0],
  15: [16, guid],
  17: [8, (bytes, start) => fileTime(bytes.readUInt32LE(start), bytes.readUInt32LE(start + 4))],
  18: [16, systemTime],
  20: [4, hex32],
  21: [8, hex64],
};

/** Types as long as they are. */
const variable: Readonly<Record<number, Render>> = {
  1: unicode,
  2: ansi,
  // SizeT: the writer's pointer width.
  16: (bytes, start, size) =>
    size === 8 ? hex64(bytes, start) : size === 4 ? hex32(bytes, start, 4) : hex(bytes, start, size),
  19: sid,
};

/** Bytes of a type of one width; undefined for the others. */
export const widthOf = (type: number): number | undefined => fixed[type]?.[0];

/** `bytes[start, start + size)` as JSON. An unknown type, or a size that is not the type's, is written as hexadecimal bytes. */
export function scalar(type: number, bytes: Buffer, start: number, size: number): Scalar {
  if (type === 0) return undefined;
  const exact = fixed[type];
  if (exact !== undefined) {
    if (size === 0) return undefined;
    return size === exact[0] ? exact[1](bytes, start, size) : hex(bytes, start, size);
  }
  return (variable[type] ?? hex)(bytes, start, size);
}

export const isArray = (type: number): boolean => (type & ARRAY) !== 0;

/** An array's items: strings end with NUL, SIDs know their length, the rest lie side by side. */
export function items(type: number, bytes: Buffer, start: number, size: number): Scalar[] {
  const single = type & ~ARRAY;
  const end = start + size;
  const list: Scalar[] = [];
  if (single === 1 || single === 2) {
    if (size === 0) return [];
    const text = single === 1 ? bytes.toString('utf16le', start, end) : windows1252.decode(bytes.subarray(start, end));
    return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
  }
  for (let from = start; from < end; ) {
    const own = single === 19 ? 8 + (bytes[from + 1] ?? 0) * 4 : single === 16 ? 8 : widthOf(single);
    const length = own === undefined || from + own > end ? end - from : own;
    list.push(scalar(single, bytes, from, length));
    from += length;
  }
  return list;
}
