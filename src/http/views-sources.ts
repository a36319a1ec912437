import { z } from 'zod';
import { DoorName } from '../contracts/source.ts';
import type { SourceCount } from '../ingest/index.ts';
import type { SourceToken, StoredSource } from '../ports/state/sources.ts';

export const SourceTokenView = z.object({
  id: z.string(),
  prefix: z.string().describe('The first characters, to tell it from the other'),
  createdAt: z.number().int(),
  createdBy: z.string(),
});

const Counts = z.object({
  received: z.number().int(),
  bytes: z.number().int(),
  rejected: z.record(z.string(), z.number().int()).describe('Records refused, by code'),
  slowed: z.number().int().describe('Times it was told to slow down'),
  lastSeenAt: z.number().int().nullable(),
});

export const SourceView = z.object({
  id: z.string(),
  name: z.string(),
  door: DoorName,
  createdAt: z.number().int(),
  createdBy: z.string(),
  endedAt: z.number().int().nullable(),
  peers: z.array(z.string()),
  fingerprints: z.array(z.string()),
  revision: z.number().int(),
  tokens: z.array(SourceTokenView).describe('Those that hold; a token itself is shown once, where it is made'),
  counts: Counts.nullable().describe('Since the server began; null where nothing has come'),
});

export const SourceWithToken = SourceView.extend({ token: z.string() });

/** A source as people see it. Nothing in it lets anybody send. */
export function sourceView(
  { tenant: _tenant, ...source }: StoredSource,
  tokens: readonly SourceToken[],
  count: SourceCount | undefined,
): z.infer<typeof SourceView> {
  return {
    ...source,
    tokens: tokens.filter((each) => each.source === source.id).map(tokenView),
    counts: counted(count),
  };
}

export function tokenView({ id, prefix, createdAt, createdBy }: SourceToken): z.infer<typeof SourceTokenView> {
  return { id, prefix, createdAt, createdBy };
}

function counted(count: SourceCount | undefined): z.infer<typeof Counts> | null {
  if (count === undefined) return null;
  const { received, receivedBytes, rejected, slowed, lastSeenAt } = count;
  return { received, bytes: receivedBytes, rejected: { ...rejected }, slowed, lastSeenAt };
}
