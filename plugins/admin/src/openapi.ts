import { type AdminRoute, z } from '@express-ai-gateway/core/plugin';

type Json = Readonly<Record<string, unknown>>;

const error = {
  type: 'object',
  required: ['error'],
  properties: {
    error: { type: 'object', required: ['code', 'message'], properties: { code: { type: 'string' }, message: { type: 'string' } } },
  },
};

const refused: Json = { description: 'Refused: the message says why, and what to do.', content: jsonContent(error) };

/** The admin plane's own description of itself, OpenAPI 3.1. */
export function openApi(routes: readonly AdminRoute[], root: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}') || '/';
    const operations = paths[path] ?? {};
    operations[route.method.toLowerCase()] = operation(route);
    paths[path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Admin plane of an AI gateway', version: '1' },
    servers: [{ url: `.${root.slice(root.lastIndexOf('/'))}`, description: 'Relative to the gateway’s mount.' }],
    security: [{ secret: [] }],
    components: { securitySchemes: { secret: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function operation({ method, path, summary, role, query, body, answer }: AdminRoute): Json {
  const success =
    answer === undefined ? { description: 'Done.' } : { description: 'Done.', content: jsonContent(schemaOf(answer, 'output')) };
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+(\w)?/gi, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')}`,
    summary,
    description: `Takes the role ${role}.`,
    parameters: [...pathParameters(path), ...(query === undefined ? [] : queryParameters(schemaOf(query, 'input')))],
    ...(body !== undefined && { requestBody: { required: true, content: jsonContent(schemaOf(body, 'input')) } }),
    responses: { '200': success, default: refused },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters({ properties = {}, required = [] }: { properties?: Json; required?: readonly string[] }): Json[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): { properties?: Json; required?: readonly string[] } {
  const { $schema: _version, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json as { properties?: Json; required?: readonly string[] };
}

function jsonContent(schema: unknown): Json {
  return { 'application/json': { schema } };
}
