import { z } from 'zod';
import { Entity } from '../../contracts/entity.ts';
import { origins } from '../../contracts/finding.ts';
import { mergeByPerson, openMiss, splitByPerson } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotency.ts';
import { KeyedHeaders, WriteHeaders, writeOnce } from '../keyed-write.ts';
import { expectedState } from '../precondition.ts';
import { besides, pageView, readerOf } from '../sight.ts';
import { FindingPage } from '../views.ts';
import { Id, InTenant, OfFinding, PlainText, Short } from './params.ts';

/** Opened by hand: what a person knows, and how they came to know it. */
const Opened = z.strictObject({
  title: PlainText.pipe(z.string().min(1).max(300)),
  family: z
    .string()
    .regex(/^[a-z][a-z-]{0,40}$/)
    .default('default'),
  techniques: z
    .array(z.string().regex(/^T\d{4}(\.\d{3})?$/))
    .max(50)
    .default([]),
  entities: z
    .array(z.strictObject({ ...Entity.shape, value: PlainText.pipe(z.string().min(1).max(1000)) }))
    .max(100)
    .default([]),
  events: z.array(Id).max(500).default([]),
  origin: z.enum(origins),
  note: PlainText.pipe(z.string().max(10_000)).default(''),
});
const Merged = z.object({ into: z.string(), merged: z.string() });
const Split = z.object({ from: z.string(), into: z.string() });

/** Where people make findings, and say which detections are one story. */
export function findingByHandRoutes(app: App, deps: ServerDeps): void {
  const { clock } = deps;
  const listeners = deps.decisionListeners ?? [];

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'Open a finding that the AI did not surface; determined a threat, it counts as a miss',
      params: InTenant,
      headers: KeyedHeaders,
      body: Opened,
      response: { 201: FindingPage },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const key = idempotencyKey(request.headers['idempotency-key']);
      const answer = await writeOnce(deps, access, request, null, async (tx) => {
        const opened = { ...request.body, tenant, key, by: access.person };
        const stored = await openMiss(tx, clock, opened, deps.eventsAtHand ?? (() => []));
        const beside = await besides(tx, tenant, readerOf(access), [stored], clock.now());
        return pageView(stored, [], beside(stored));
      });
      if (answer.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(FindingPage.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/merges',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'This and another finding are one story; the older keeps its id',
      params: OfFinding,
      headers: WriteHeaders,
      body: z.strictObject({ with: z.strictObject({ id: Id, etag: z.string().max(40) }), reason: Short }),
      response: { 200: Merged },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id } = request.params;
      const seen = expectedState(request.headers['if-match']);
      const other = { findingId: request.body.with.id, ...expectedState(request.body.with.etag) };
      const merging = {
        tenant: access.tenant.id,
        findingId: id,
        by: access.person,
        ...seen,
        with: other,
        reason: request.body.reason,
      };
      const answer = await writeOnce(deps, access, request, null, (tx) => mergeByPerson(tx, clock, merging, listeners));
      return Merged.parse(answer.body);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/splits',
    config: { needs: 'findings.work' },
    schema: {
      tags: ['findings'],
      summary: 'Take detections out into a finding of their own',
      params: OfFinding,
      headers: WriteHeaders,
      body: z.strictObject({ detections: z.array(Id).min(1).max(500), reason: Short }),
      response: { 201: Split },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id } = request.params;
      const splitting = {
        tenant: access.tenant.id,
        findingId: id,
        by: access.person,
        ...expectedState(request.headers['if-match']),
        ...request.body,
      };
      const answer = await writeOnce(deps, access, request, id, (tx) => splitByPerson(tx, clock, splitting));
      return reply.code(201).send(Split.parse(answer.body));
    },
  });
}
