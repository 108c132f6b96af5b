import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicModels } from '../../../../core/src/dialects/anthropic-models/anthropic-models.ts';
import type { OfferedModel } from '../../../../core/src/model/offered.ts';

const offered = (count: number): OfferedModel[] => Array.from({ length: count }, (_, index) => ({ id: `p/m${index}`, ownedBy: 'p' }));

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

const page = (count: number, query = ''): Page => JSON.parse(anthropicModels.modelsBody(offered(count), undefined, query)) as Page;
const ids = ({ data }: Page): string[] => data.map(({ id }) => id.slice(3));

/** Anthropic's client in front of the list. */
function client(count: number): Anthropic {
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const { pathname, search } = new URL(String(url));
    const id = /^\/v1\/models\/(.+)$/.exec(pathname)?.[1];
    const body = anthropicModels.modelsBody(offered(count), id === undefined ? undefined : decodeURIComponent(id), search.slice(1));
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  };
  return new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:9', fetch });
}

describe('anthropicModels', () => {
  it('answers to the paths of OpenAI’s list, for who says which version of Anthropic’s API it speaks', () => {
    expect(anthropicModels.routes.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models', 'GET /v1/models/*']);
    expect(anthropicModels.claims?.({ 'anthropic-version': '2026-10-21' })).toBe(true);
    expect(anthropicModels.claims?.({ authorization: 'Bearer x' })).toBe(false);
    expect(anthropicModels.requestIdHeader).toBe('request-id');
  });

  it('lists what the gateway offers; nothing is said of a model that is not known', () => {
    expect(page(1)).toEqual({
      data: [
        {
          type: 'model',
          id: 'p/m0',
          display_name: 'p/m0',
          created_at: '1970-01-01T00:00:00Z',
          lifecycle: 'active',
          deprecated_at: null,
          retires_at: null,
          line: null,
          max_input_tokens: null,
          max_tokens: null,
          capabilities: null,
        },
      ],
      has_more: false,
      first_id: 'p/m0',
      last_id: 'p/m0',
    });
    expect(page(0)).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it.each([
    ['', ['0', '1', '2', '3', '4'], false],
    ['beta=true&limit=', ['0', '1', '2', '3', '4'], false],
    ['limit=2', ['0', '1'], true],
    ['limit=5', ['0', '1', '2', '3', '4'], false],
    ['limit=2&after_id=p%2Fm1', ['2', '3'], true],
    ['limit=2&after_id=p/m2', ['3', '4'], false],
    ['after_id=p/m4', [], false],
    ['limit=2&before_id=p/m4', ['2', '3'], true],
    ['limit=2&before_id=p/m2', ['0', '1'], false],
    ['before_id=p/m0', [], false],
    ['limit=1&after_id=p/m0&before_id=p/m3', ['1'], true],
  ])('a page: %j', (query, expected, more) => {
    expect([ids(page(5, query)), page(5, query).has_more]).toEqual([expected, more]);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['limit', 'limit=-1'],
    ['limit', 'limit=1e2'],
    ['after_id', 'after_id=m0'],
    ['before_id', 'before_id=__proto__'],
  ])('names what is wrong: %s', (param, query) => {
    expect(() => page(5, query)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it('the SDK that turns the pages sees every model once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 12 }), async (count, limit) => {
        const seen: string[] = [];
        for await (const model of client(count).models.list({ limit })) seen.push(model.id);
        expect(seen).toEqual(offered(count).map(({ id }) => id));
      }),
      { numRuns: 30 },
    );
  });

  it('tells of one model, whose name may hold a slash', async () => {
    expect((await client(3).models.retrieve('p/m1')).id).toBe('p/m1');
    expect(() => anthropicModels.modelsBody(offered(3), 'm1', '')).toThrow(expect.objectContaining({ code: 'GW_UNKNOWN_MODEL' }));
  });
});
