import { z } from 'zod';
import { Destinations } from '../network/destinations.ts';

/** JSON as an administrator writes it in settings: bounded in depth before anything walks it. */
const DEEPEST = 12;

function depthFits(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return false;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return true;
}

const Pointer = z
  .string()
  .max(200)
  .regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer (RFC 6901) such as /data/id');

/** What an answer must be for the request to count as done, or for the effect to be there. */
const Expect = z.strictObject({
  status: z.array(z.number().int().min(100).max(599)).min(1).max(20).default([200, 201, 202, 204]),
  /** Where the answer is JSON: the value at `pointer` must equal this text, number, true, false or null. */
  json: z
    .strictObject({ pointer: Pointer, equals: z.union([z.string().max(500), z.number(), z.boolean(), z.null()]) })
    .optional(),
});

const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9-]+$/, 'must be a header name')
  .refine(
    (name) => !/^(host|content-length|transfer-encoding|connection|upgrade|te|trailer|expect|proxy-.*)$/i.test(name),
    'is a header that the connector writes itself, or never',
  );

const template = z.string().max(8000);

export const RequestTemplate = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Placeholders may stand in path and query, not in scheme, host or port. */
  url: z.string().max(2000),
  headers: z.record(HeaderName, template).default({}),
  body: z
    .union([
      z.strictObject({ json: z.unknown().refine(depthFits, `must not be deeper than ${DEEPEST}`) }),
      z.strictObject({ form: z.record(z.string().max(200), template) }),
    ])
    .optional(),
  expect: Expect.prefault({}),
});
export type RequestTemplate = z.infer<typeof RequestTemplate>;

const Kind = z.strictObject({
  execute: RequestTemplate,
  /** A request that tells whether the effect is there. Without it nobody can know. */
  verify: RequestTemplate.optional(),
  undo: RequestTemplate.optional(),
  /** A request that tells whether the state of before is back. */
  verifyUndone: RequestTemplate.optional(),
  /** Header that carries the same key for every try, where the other side counts by it. */
  idempotencyHeader: HeaderName.optional(),
  /** Whether the other side does count by it; an administrator's word. */
  mayRepeat: z.boolean().default(true),
  /** Values at these pointers of the answer are kept in the receipt, by name. */
  keep: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), Pointer).default({}),
});

/** Settings of the HTTP connector: one set of requests for each action kind it carries out. */
export const HttpSettings = z.strictObject({
  destinations: Destinations,
  caCertificate: z.string().max(20_000).optional(),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  /** Values of targets that are never acted on. */
  protectedTargets: z.array(z.string().max(256)).max(1000).default([]),
  kinds: z
    .record(z.string().regex(/^[a-z][a-z_]{0,39}$/), Kind)
    .refine((kinds) => Object.keys(kinds).length > 0, 'must name at least one action kind'),
});
export type HttpSettings = z.infer<typeof HttpSettings>;
export type KindTemplates = z.infer<typeof Kind>;
