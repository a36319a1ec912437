import { decodeBatch, encodeBatch } from '../../src/contracts/log-batch.ts';

/** A batch of one event that knows its number; some are some kilobytes, some over a page. */
export function numberedBatch(number: number): Buffer {
  const text = Buffer.from(JSON.stringify({ number, padding: String(number * 7919).repeat((number % 5) * 400) }));
  return encodeBatch({
    tenant: 'main',
    source: 'test',
    door: 'bulk',
    receivedAt: number,
    ids: Buffer.alloc(16, number % 256),
    lengths: Uint32Array.of(text.length),
    text,
  });
}

/** The number; throws where the bytes are not exactly such a batch. */
export function numberOf(bytes: Uint8Array): number {
  const { text, receivedAt } = decodeBatch(bytes);
  const { number } = JSON.parse(text.toString('utf8')) as { number: number };
  if (number !== receivedAt) throw new Error(`a batch says it is ${number} and ${receivedAt}`);
  return number;
}
