import { z } from 'zod';
import { BelowTheLine } from '../../contracts/below-the-line.ts';
import type { Reader } from '../../ports/state/review.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { readerOf } from '../sight.ts';
import { Cursor, InTenant, Limit, PlainText } from './params.ts';

/** Draws whose verdicts are counted, newest first. */
const MOST_COUNTED = 200;

const Listing = z.object({
  text: PlainText.pipe(z.string().min(1).max(200)).optional(),
  why: BelowTheLine.shape.why.optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});

const Sampled = z.object({
  /** Of the last 200 that were drawn. */
  drawn: z.number().int(),
  /** Nobody could be asked: what they rested on was not at hand any more. */
  lost: z.number().int(),
  decided: z.number().int(),
  threats: z.number().int(),
  /** Each threat found counted as 1 / the probability with which it was drawn; null while nothing is decided. */
  estimatedThreats: z.number().nullable(),
});

/** What was not put before a person. It is searchable, sampled, and nowhere called safe. */
export function belowTheLineRoutes(app: App, { store }: Pick<ServerDeps, 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/below-the-line',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary:
        'Stories of the last 30 days below the line, those with most to lose first, and what came of those drawn at random',
      params: InTenant,
      querystring: Listing,
      response: {
        200: z.object({
          items: z.array(BelowTheLine),
          next: z.string().nullable(),
          total: z.number().int(),
          sampled: Sampled,
        }),
      },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const { text, why, cursor, limit } = request.query;
      const filter = {
        ...(text === undefined ? {} : { text: text.toLowerCase() }),
        ...(why === undefined ? {} : { why }),
      };
      return store.withTenants([tenant], async (tx) => {
        const page = await tx.below.page(tenant, filter, cursor ?? null, limit);
        return { ...page, items: [...page.items], sampled: await cameOf(tx, tenant, readerOf(access)) };
      });
    },
  });
}

async function cameOf(tx: StateTx, tenant: string, reader: Reader): Promise<z.infer<typeof Sampled>> {
  const drawn = (await tx.below.drawn(tenant)).slice(0, MOST_COUNTED);
  // A verdict that is kept from the reader is not told by a sum either.
  const withheld = await tx.review.withheld(
    tenant,
    reader,
    drawn.map(({ id }) => id),
  );
  const count = { decided: 0, threats: 0, estimatedThreats: 0 };
  for (const { id, share, lost } of drawn) {
    if (lost || withheld.has(id)) continue;
    const verdict = (await tx.findings.get(tenant, id))?.determination?.verdict;
    if (verdict === undefined) continue;
    count.decided += 1;
    if (verdict !== 'threat') continue;
    count.threats += 1;
    count.estimatedThreats += 1 / share;
  }
  return {
    ...count,
    drawn: drawn.length,
    lost: drawn.filter(({ lost }) => lost).length,
    estimatedThreats: count.decided === 0 ? null : count.estimatedThreats,
  };
}
