import { z } from 'zod';
import { Confidence } from '../../contracts/determination.ts';
import { Disposition } from '../../contracts/investigation.ts';
import { demandPerson, determineMany } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { expectedState } from '../precondition.ts';
import { readerOf } from '../sight.ts';
import { Id, InTenant, PlainText, Short } from './params.ts';

const Bulk = z.strictObject({
  verdict: Disposition,
  reason: Short,
  note: PlainText.pipe(z.string().max(10_000)).default(''),
  confidence: Confidence.optional(),
  items: z
    .array(z.strictObject({ id: Id, etag: z.string().max(40) }))
    .min(1)
    .max(200),
});
const BulkOutcome = z.object({
  determined: z.array(z.object({ id: z.string(), determination: z.string() })),
  refused: z.array(z.object({ id: z.string(), code: z.string(), why: z.string() })),
});

/** One verdict on many findings. */
export function bulkRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  const listeners = deps.decisionListeners ?? [];

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/determinations',
    config: { needs: 'findings.decide' },
    schema: {
      tags: ['decisions'],
      summary:
        'One verdict with one reason for many findings; blind ones, and those that moved on, are refused by name',
      params: InTenant,
      headers: KeyedHeaders,
      body: Bulk,
      response: { 200: BulkOutcome },
    },
    handler: async (request) => {
      const access = accessOf(request);
      await demandPerson(store, access.tenant.id, access.person);
      const { items, ...verdict } = request.body;
      const seen = items.map(({ id, etag }) => ({ findingId: id, ...expectedState(etag) }));
      const answer = await writeOnce(deps, access, request, null, (tx) =>
        determineMany(
          tx,
          clock,
          { ...verdict, items: seen, tenant: access.tenant.id, by: access.person, reader: readerOf(access) },
          listeners,
        ),
      );
      return BulkOutcome.parse(answer.body);
    },
  });
}
