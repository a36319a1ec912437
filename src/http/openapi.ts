import fastifySwagger from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Detection } from '../contracts/detection.ts';
import { Determination } from '../contracts/determination.ts';
import { Entity } from '../contracts/entity.ts';
import { Reason } from '../contracts/finding.ts';
import { Recommendation } from '../contracts/investigation.ts';
import { LedgerEntry } from '../contracts/ledger-entry.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';
import {
  ActivityView,
  EvidenceEvents,
  FindingPage,
  FindingRow,
  FindingView,
  LedgerItem,
  Me,
  Summary,
} from './views.ts';

/** Schemas that clients want by name. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Detection,
  Determination,
  Entity,
  Finding: FindingView,
  Reason,
  Recommendation,
  LedgerEntry,
  Activity: ActivityView,
  EvidenceEvents,
  FindingPage,
  FindingRow,
  LedgerItem,
  Me,
  Summary,
  Problem,
})) {
  named.add(schema, { id });
}

const transformObject = createJsonSchemaTransformObject({ schemaRegistry: named });
const problemResponse = {
  description: 'A problem document',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** The API's description, OpenAPI 3.1, out of the routes' own schemas. Register before the routes. */
export async function describeApi(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Bridgewatch',
        version: '1',
        description: 'Errors are RFC 9457 problem documents with a stable `code`. Times are epoch milliseconds, UTC.',
      },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'bridgewatch.session_token' } },
      },
      security: [{ session: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry: named }),
    transformObject: (document) => withProblems(transformObject(document)),
  });
}

/** Every operation may answer with a problem; said once here instead of in each route. */
function withProblems(document: ReturnType<typeof transformObject>): ReturnType<typeof transformObject> {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path ?? {})) {
      if (typeof operation === 'object' && operation !== null && 'responses' in operation)
        Object.assign(operation.responses ?? {}, { default: problemResponse });
    }
  }
  // The plugin writes each named schema a second time, as read from a request; no route takes one.
  const schemas = ('components' in document && document.components?.schemas) || {};
  for (const name of Object.keys(schemas)) if (name.endsWith('Input')) delete schemas[name];
  return document;
}

/** GET /api/v1/openapi.json. */
export function openapiRoute(app: App): void {
  app.route({
    method: 'GET',
    url: '/api/v1/openapi.json',
    config: { needs: 'nothing' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}
