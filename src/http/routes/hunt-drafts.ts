import { z } from 'zod';
import { backtest, draftRule } from '../../hunt/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { asking, huntingOf, SearchQuestion, searchOf } from './hunt-question.ts';
import { InTenant, PlainText } from './params.ts';

const Body = SearchQuestion.safeExtend({
  title: PlainText.pipe(z.string().trim().min(1).max(200)).default('Drafted from a hunt'),
  description: PlainText.pipe(z.string().trim().max(2000)).default(''),
});
const DraftView = z.object({
  rule: z.string().describe('The Sigma rule as text; nothing is live by it'),
  notes: z.array(z.string()).readonly().describe('What the rule says otherwise than the search, or not at all'),
  sampled: z.number().describe('Events whose fields were looked at'),
  backtest: z.object({
    events: z.number().describe('Events the rule was tried on'),
    fired: z.number(),
    hunted: z.number().describe('Of these, found by the search'),
    both: z.number(),
    onlyRule: z.array(z.string()).readonly(),
    onlyHunt: z.array(z.string()).readonly(),
    hosts: z.array(z.object({ host: z.string().nullable(), fired: z.number() })).readonly(),
    days: z.array(z.object({ day: z.string(), fired: z.number() })).readonly(),
    unreadable: z.number(),
    complete: z.boolean().describe('False where time or events ran out, at `until`'),
    until: z.number().nullable(),
  }),
});

/** From a search to a rule that a person may take further. */
export function huntDraftRoutes(app: App, deps: Pick<ServerDeps, 'hunting' | 'clock'>): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/drafts',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'A Sigma rule of a search, and what it would have done over the past',
      params: InTenant,
      body: Body,
      response: { 200: DraftView },
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const { queries, readEvent, compileRule } = huntingOf(deps);
      const { title, description } = request.body;
      return asking(access, reply, async (signal) => {
        const hunt = searchOf(deps, access, request.body, 200, signal);
        const date = new Date(deps.clock.now()).toISOString().slice(0, 10);
        const draft = await draftRule(queries, hunt, { title, description, date }, readEvent);
        const matches = compileRule(draft.text);
        const tried = await backtest({ queries, clock: deps.clock, read: readEvent }, hunt, draft.logsource, matches);
        return { rule: draft.text, notes: draft.notes, sampled: draft.sampled, backtest: tried };
      });
    },
  });
}
