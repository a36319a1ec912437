import { z } from 'zod';
import {
  demandPerson,
  endWait,
  recordAcknowledgement,
  recordAssignment,
  recordComment,
  recordDisclosure,
  startWait,
} from '../../decide/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { besides, readerOf, rowView } from '../sight.ts';
import { FindingRow } from '../views.ts';
import { foundFinding } from './findings.ts';
import { Id, OfFinding, PlainText, Short } from './params.ts';

const Person = z.object({ id: z.string(), name: z.string() });
const CommentView = z.object({ id: z.string(), finding: z.string(), by: Person, at: z.number(), text: z.string() });

/** Work on findings that is no verdict: comment, assign, acknowledge, wait. */
export function workRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;

  /** The row as it stands after a write, so that the caller need not ask again. */
  const row = async (tx: StateTx, access: Access, id: string): Promise<FindingRow> => {
    const stored = await foundFinding(tx, access.tenant.id, id);
    const beside = await besides(tx, access.tenant.id, readerOf(access), [stored], clock.now());
    return rowView(stored, beside(stored));
  };
  const workOf = ({ tenant, person }: Access, findingId: string) => ({ tenant: tenant.id, findingId, by: person });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/comments',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary: 'What people said about a finding, oldest first; kept back with its verdict while a review is asked',
      params: OfFinding,
      response: { 200: z.object({ items: z.array(CommentView), withheld: z.boolean() }) },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const { finding } = await foundFinding(tx, tenant, request.params.id);
        const why = (await tx.review.withheld(tenant, readerOf(access), [finding.id])).get(finding.id);
        if (why === 'review') return { items: [], withheld: true };
        return { items: [...(await tx.review.comments(tenant, finding.id))], withheld: false };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/comments',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'Say something about a finding',
      params: OfFinding,
      headers: KeyedHeaders,
      body: z.strictObject({ text: PlainText.pipe(z.string().min(1).max(10_000)) }),
      response: { 201: CommentView },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id } = request.params;
      const answer = await writeOnce(deps, access, request, id, (tx) =>
        recordComment(tx, clock, { ...workOf(access, id), text: request.body.text }),
      );
      return reply.code(201).send(CommentView.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/assignments',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'Make a finding mine, somebody else’s (account and name), or nobody’s (null)',
      params: OfFinding,
      headers: KeyedHeaders,
      body: z.strictObject({ to: z.strictObject({ id: Id, name: Short }).nullable() }),
      response: { 200: FindingRow },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { to } = request.body;
      if (to !== null) await demandPerson(store, access.tenant.id, to);
      return FindingRow.parse(
        (
          await writeOnce(deps, access, request, request.params.id, async (tx) => {
            await recordAssignment(tx, clock, { ...workOf(access, request.params.id), to });
            return row(tx, access, request.params.id);
          })
        ).body,
      );
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/acknowledgements',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'I have opened this finding: nobody needs to be paged any more',
      params: OfFinding,
      response: { 200: FindingRow },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id } = request.params;
      return store.withTenants([access.tenant.id], async (tx) => {
        await recordAcknowledgement(tx, clock, { ...workOf(access, id), reader: readerOf(access) });
        return row(tx, access, id);
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/disclosures',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['reviews'],
      summary: 'Show me what a pending review keeps from me; I may not give that opinion any more',
      params: OfFinding,
      response: { 200: FindingRow },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id } = request.params;
      return store.withTenants([access.tenant.id], async (tx) => {
        await recordDisclosure(tx, clock, { ...workOf(access, id), reader: readerOf(access) });
        return row(tx, access, id);
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/waits',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'Wait on the customer: the clock stands',
      params: OfFinding,
      headers: KeyedHeaders,
      body: z.strictObject({ why: Short }),
      response: { 201: FindingRow },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id } = request.params;
      const answer = await writeOnce(deps, access, request, id, async (tx) => {
        await startWait(tx, clock, { ...workOf(access, id), why: request.body.why });
        return row(tx, access, id);
      });
      return reply.code(201).send(FindingRow.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/waits/end',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'The customer has answered: the clock runs on',
      params: OfFinding,
      headers: KeyedHeaders,
      response: { 200: FindingRow },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id } = request.params;
      const answer = await writeOnce(deps, access, request, id, async (tx) => {
        await endWait(tx, clock, workOf(access, id));
        return row(tx, access, id);
      });
      return FindingRow.parse(answer.body);
    },
  });
}
