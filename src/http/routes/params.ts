import { z } from 'zod';

/** Ids as they appear in paths: visible ASCII, bounded, so that nothing odd reaches a query. */
export const Id = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters');

export const InTenant = z.object({ t: Id });
export const OfFinding = z.object({ t: Id, id: Id });

/** Where a page ends, as the page before said. */
export const Cursor = z.string().regex(/^[\x21-\x7e]{1,512}$/);

export const Limit = z.coerce.number().int().min(1).max(200).default(50);

/** Text people write: no NUL and no lone surrogate, which neither the store nor the ledger can hold. */
export const PlainText = z
  .string()
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be well-formed text without NUL');

/** A sentence of a person's. */
export const Short = PlainText.pipe(z.string().max(400));

/** A moment, epoch ms UTC: none before 1970, none that a date cannot hold. */
export const Moment = z.number().int().min(0).max(8.64e15);

/** A list of ids, separated by commas. */
export const IdList = z
  .string()
  .max(20_000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(Id).max(200));

export const OfAction = z.object({ t: Id, id: Id });
