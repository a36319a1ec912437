import { z } from 'zod';
import { BridgewatchError } from '../kernel/errors.ts';
import type { StoredLink } from './chain.ts';
import { SignedCheckpoint } from './checkpoint.ts';
import type { ChainHead } from './entry.ts';

/**
 * An export is one gzip file of NDJSON lines, in this order:
 *
 *   1. `{ format, version, createdAt, publicKeys }`: the keys are there for convenience; a verifier brings its own;
 *   2. for each chain, `{ chain, head, checkpoints }`, then one line an entry by rising seq: `{ seq, entry, payload }`;
 *   3. `{ end: true }`: a file cut short is known by its absence.
 *
 * `entry` and `payload` are texts whose UTF-8 bytes are what is hashed. Bytes that are no UTF-8, as only a damaged store has
 * them, stand in `entryBase64` and `payloadBase64` instead.
 */
export const EXPORT_FORMAT = 'bridgewatch-ledger-export';

export const ExportHeader = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(1),
  createdAt: z.string(),
  publicKeys: z.array(z.string()),
});
export type ExportHeader = z.infer<typeof ExportHeader>;

const ChainLine = z.strictObject({
  chain: z.string().min(1),
  head: z.strictObject({ seq: z.number().int().nonnegative(), hash: z.string() }),
  checkpoints: z.array(SignedCheckpoint),
});
export type ChainLine = z.infer<typeof ChainLine>;

const EntryLine = z.strictObject({
  seq: z.number().int(),
  entry: z.string().optional(),
  entryBase64: z.base64().optional(),
  payload: z.string().optional(),
  payloadBase64: z.base64().optional(),
});
type EntryLine = z.infer<typeof EntryLine>;

const EndLine = z.strictObject({ end: z.literal(true) });

/** One chain as an export holds it. */
export interface ExportedChain {
  readonly tenant: string;
  readonly head: ChainHead;
  readonly checkpoints: readonly SignedCheckpoint[];
  readonly links: AsyncIterable<readonly StoredLink[]>;
}

/** The lines of an export, without newlines. */
export async function* exportLines(header: ExportHeader, chains: AsyncIterable<ExportedChain>): AsyncIterable<string> {
  yield JSON.stringify(header);
  for await (const { tenant, head, checkpoints, links } of chains) {
    yield JSON.stringify({ chain: tenant, head: { ...head }, checkpoints: [...checkpoints] } satisfies ChainLine);
    for await (const page of links) for (const link of page) yield JSON.stringify(entryLine(link));
  }
  yield JSON.stringify({ end: true } satisfies z.infer<typeof EndLine>);
}

function entryLine({ seq, stored, payload }: StoredLink): EntryLine {
  const line: EntryLine = { seq };
  if (stored !== null) Object.assign(line, bytesAs('entry', stored.bytes));
  if (payload !== null) Object.assign(line, bytesAs('payload', payload));
  return line;
}

function bytesAs(name: 'entry' | 'payload', bytes: Uint8Array): Partial<EntryLine> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(buffer) ? { [name]: text } : { [`${name}Base64`]: buffer.toString('base64') };
}

/** One line of an export, understood. */
export type ExportLine =
  | { readonly kind: 'chain'; readonly chain: ChainLine }
  | { readonly kind: 'entry'; readonly link: StoredLink }
  | { readonly kind: 'end' };

/** The first line. Throws `LEDGER_EXPORT_DAMAGED`. */
export function readHeader(line: string): ExportHeader {
  return shaped(ExportHeader, jsonOf(line), `it does not begin like a ${EXPORT_FORMAT} of version 1`);
}

/** Any later line. Throws `LEDGER_EXPORT_DAMAGED`. `number` is for the message. */
export function readLine(line: string, number: number): ExportLine {
  const value = jsonOf(line);
  const wrong = `line ${number} does not have the shape of one`;
  if (typeof value !== 'object' || value === null) throw damagedExport(wrong);
  if ('chain' in value) return { kind: 'chain', chain: shaped(ChainLine, value, wrong) };
  if ('end' in value) {
    shaped(EndLine, value, wrong);
    return { kind: 'end' };
  }
  const { seq, entry, entryBase64, payload, payloadBase64 } = shaped(EntryLine, value, wrong);
  const bytes = bytesFrom(entry, entryBase64);
  return {
    kind: 'entry',
    link: { seq, stored: bytes === null ? null : { bytes, columns: null }, payload: bytesFrom(payload, payloadBase64) },
  };
}

function bytesFrom(text: string | undefined, base64: string | undefined): Buffer | null {
  if (text !== undefined) return Buffer.from(text, 'utf8');
  return base64 === undefined ? null : Buffer.from(base64, 'base64');
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw damagedExport('a line is not JSON', cause);
  }
}

function shaped<T>(schema: z.ZodType<T>, value: unknown, wrong: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damagedExport(wrong);
  return parsed.data;
}

export function damagedExport(what: string, cause?: unknown): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_EXPORT_DAMAGED',
    `The export cannot be read: ${what}. It proves nothing; get another copy`,
    400,
    { cause },
  );
}
