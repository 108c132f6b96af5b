import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { apiKeys } from '../../../plugins/auth-keys/src/plugin.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane } from './support/plane.ts';

leavesNothing();

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1 and has every operation, of every plugin', async () => {
    const { ask } = await plane(admins, undefined, [apiKeys({ pepper: 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o' })]);
    const { json: list } = await ask('GET ');
    const { json: description } = await ask('GET /openapi.json');
    expect(await new Validator().validate(structuredClone(description))).toEqual({ valid: true });
    const described = Object.entries(description.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = (list.operations as { method: string; path: string }[]).map(
      ({ method, path }) => `${method} ${path.slice('/admin'.length).replace(/:(\w+)/g, '{$1}') || '/'}`,
    );
    expect(described.toSorted()).toEqual(listed.toSorted());
    expect(described).toContain('POST /keys/{id}/rotate');
    const ids = Object.values(description.paths as Record<string, Record<string, { operationId: string }>>).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(description.paths['/keys'].post.requestBody.content['application/json'].schema).toMatchObject({
      required: ['label'],
      additionalProperties: false,
      properties: { label: { type: 'string' }, tenant: { type: 'string' } },
    });
    expect(description.paths['/keys'].get.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: expect.anything(),
    });
  });
});
