import { randomUUID } from 'node:crypto';
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { LedgerEntry, LedgerNote } from '../../contracts/ledger-entry.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { type FoundKey, keysOfParts, openParts, type SubjectKey, sealParts } from '../../ledger/personal-parts.ts';
import { newSubjectKey, unwrapKey, type WrappingKey, wrapKey } from '../../ledger/subject-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queries } from './connection.ts';
import { subjectKeys } from './schema-erasure.ts';

/** A payload as stored, and the entry it belongs to. */
interface Written {
  readonly entry: LedgerEntry;
  readonly payload: string;
}

/** Personal parts of the entries of one transaction. Without a wrapping key none can be written, and none are readable. */
export interface PersonalParts {
  /** The note with its personal parts encrypted, their keys in place. Throws `LEDGER_NO_WRAPPING_KEY`. */
  seal(tenant: string, note: LedgerNote, subjects: readonly string[]): Promise<LedgerNote>;
  /** Payloads of one tenant as people read them. */
  open(tenant: string, written: readonly Written[]): Promise<readonly unknown[]>;
}

export function personalParts(queries: Queries, clock: Clock, wrapping: WrappingKey | null): PersonalParts {
  return {
    async seal(tenant, note, subjects) {
      if (wrapping === null) {
        throw new BridgewatchError(
          'LEDGER_NO_WRAPPING_KEY',
          `The entry ${note.type} holds personal data, and the store was opened without a key for it; open it with the key file of its server`,
        );
      }
      const keys = new Map<string, SubjectKey>();
      for (const subject of subjects) keys.set(subject, await keyFor(queries, clock, wrapping, tenant, subject));
      const keyOf = (subject: string): SubjectKey => keys.get(subject) ?? missing(subject);
      return { ...note, payload: sealParts(note.payload, { tenant, ...note }, keyOf) };
    },

    async open(tenant, written) {
      const wanted = new Set(written.flatMap(({ payload }) => keysOfParts(payload)));
      const keys = await foundKeys(queries, wrapping, tenant, [...wanted]);
      return written.map(({ entry, payload }) => openParts(payload, entry, (id) => keys.get(id) ?? 'unknown'));
    },
  };
}

/** The subject's living key, made where there is none. Locks the chain of `tenant`. */
async function keyFor(
  queries: Queries,
  clock: Clock,
  wrapping: WrappingKey,
  tenant: string,
  subject: string,
): Promise<SubjectKey> {
  const id = randomUUID();
  const offered = wrapKey(wrapping, { tenant, subject, key: id }, newSubjectKey());
  const { rows } = await queries.execute<{ id: string; bytes: Buffer }>(
    sql`SELECT * FROM subject_key(${tenant}, ${subject}, ${wrapping.id}, ${id}, ${offered}, ${clock.now()})`,
  );
  const kept = rows[0] ?? missing(subject);
  const bytes = unwrapKey(wrapping, { tenant, subject, key: kept.id }, kept.bytes);
  if (bytes !== null) return { id: kept.id, bytes };
  throw new BridgewatchError(
    'LEDGER_SUBJECT_KEY_ALTERED',
    `The key ${kept.id} of ${subject} in subject_keys of ${tenant} is not the one that was put there; someone changed the store`,
  );
}

async function foundKeys(
  queries: Queries,
  wrapping: WrappingKey | null,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundKey>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .select()
    .from(subjectKeys)
    .where(and(eq(subjectKeys.tenantId, tenant), inArray(subjectKeys.keyId, [...ids])));
  return new Map(
    rows.map(({ keyId, subject, wrapped }): [string, FoundKey] => {
      if (wrapped === null) return [keyId, 'destroyed'];
      const bytes = wrapping === null ? null : unwrapKey(wrapping, { tenant, subject, key: keyId }, wrapped);
      return [keyId, bytes === null ? 'unknown' : { id: keyId, bytes }];
    }),
  );
}

/** The living keys of a subject, whatever key wraps them, and whether it ever had any. */
export async function keysOfSubject(
  queries: Queries,
  tenant: string,
  subject: string,
): Promise<{ living: readonly string[]; known: boolean }> {
  const rows = await queries
    .select({ id: subjectKeys.keyId, wrapped: subjectKeys.wrapped })
    .from(subjectKeys)
    .where(and(eq(subjectKeys.tenantId, tenant), eq(subjectKeys.subject, subject)));
  return { living: rows.flatMap(({ id, wrapped }) => (wrapped === null ? [] : id)), known: rows.length > 0 };
}

/** Overwrites keys; how many of them were alive. */
export async function destroyKeys(
  queries: Queries,
  tenant: string,
  ids: readonly string[],
  at: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  const destroyed = await queries
    .update(subjectKeys)
    .set({ wrapped: null, destroyedAt: at })
    .where(and(eq(subjectKeys.tenantId, tenant), inArray(subjectKeys.keyId, [...ids]), isNotNull(subjectKeys.wrapped)));
  return destroyed.rowCount ?? 0;
}

function missing(subject: string): never {
  throw new BridgewatchError('LEDGER_STORED_OTHERWISE', `The store gave no key for ${subject}`);
}
