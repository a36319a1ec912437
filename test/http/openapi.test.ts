import { expect, test } from 'vitest';
import { openapiDocument } from '../../src/http/openapi-document.ts';

test('the API describes itself without a store', async () => {
  const document = JSON.parse(JSON.stringify(await openapiDocument()));
  expect(document.openapi).toBe('3.1.0');
  const determinations = document.paths['/api/v1/tenants/{t}/findings/{id}/determinations'].post;
  expect(determinations.responses['201'].content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/Determination',
  });
  expect(determinations.responses.default.content).toHaveProperty(['application/problem+json']);
  expect(determinations.requestBody.content['application/json'].schema.required).toEqual(['verdict', 'reason']);
});

test('every reference in the document leads somewhere', async () => {
  const text = JSON.stringify(await openapiDocument());
  const { components } = JSON.parse(text);
  const references = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? ''),
  );
  expect(references.size).toBeGreaterThan(5);
  expect([...references].filter((name) => !(name in components.schemas))).toEqual([]);
});
