import { describe, expect, it } from 'vitest';
import { toolCounts } from '../../../services/model-data/src/tool-counts.ts';

describe('toolCounts', () => {
  it.each([
    [{}, {}],
    [{ server_tool_use: null, server_side_tool_usage_details: [] }, {}],
    [{ server_tool_use: { web_search_requests: 2, web_fetch_requests: 5, tool_search_requests: 1 } }, { webSearch: 2 }],
    [{ server_tool_use: { web_search_requests: '2', code_execution_requests: -1 } }, {}],
    [
      {
        server_side_tool_usage_details: { web_search_calls: 1, file_search_calls: 1, document_search_calls: 2, code_interpreter_calls: 3 },
      },
      { webSearch: 1, fileSearch: 3, codeExecution: 3 },
    ],
    [{ num_search_queries: 4, num_sources_used: 0 }, { webSearch: 4 }],
    [{ num_sources_used: 7, server_side_tool_usage_details: { x_search_calls: 2 } }, { xSearch: 2 }],
  ])('of %j are %j', (raw, calls) => {
    expect(toolCounts({ raw })).toEqual({ calls });
  });

  it.each([
    [{ server_tool_use: { dream_requests: 1 } }, 'dream_requests'],
    [{ server_side_tool_usage_details: { image_generation_calls: 1 } }, 'image_generation_calls'],
    [{ num_sources_used: 7 }, 'num_sources_used'],
    [{ citation_tokens: 7 }, 'citation_tokens'],
  ])('a counter that nobody knows is not free: %j', (raw, name) => {
    expect(toolCounts({ raw })).toEqual({ why: `no price is known of what is counted as ${name}` });
  });

  it('a long name is cut off', () => {
    expect(toolCounts({ raw: { server_tool_use: { ['x'.repeat(1000)]: 1 } } })).toHaveProperty('why.length', 104);
  });

  it('what the caller counted holds where it is more', () => {
    const raw = { server_tool_use: { web_search_requests: 2 } };
    expect(toolCounts({ raw }, { webSearch: 1, fileSearch: 3 })).toEqual({ calls: { webSearch: 2, fileSearch: 3 } });
    expect(toolCounts({ raw }, { webSearch: 5 })).toEqual({ calls: { webSearch: 5 } });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d calls are none that somebody counted', (webSearch) => {
    expect(toolCounts({ raw: undefined }, { webSearch })).toEqual({ why: 'its calls of webSearch were not counted' });
  });

  it.each([
    [undefined, {}],
    [{}, {}],
    [{ web_search: { num_requests: 0 }, image_gen: { total_tokens: 0 } }, {}],
    [
      { web_search: { num_requests: 3 }, file_search: { num_requests: 2 }, odd: 7 },
      { webSearch: 3, fileSearch: 2 },
    ],
  ])('beside the usage, OpenAI counts %j', (toolUsage, calls) => {
    expect(toolCounts({ raw: { input_tokens: 1 }, toolUsage })).toEqual({ calls });
  });

  it.each([
    ['image_gen', { input_tokens: 5, input_tokens_details: { image_tokens: 0, text_tokens: 5 }, output_tokens: 0 }],
    ['code_interpreter', { num_requests: 1 }],
  ])('MONEY-3: pictures and containers have no price by the call: %s', (name, counted) => {
    expect(toolCounts({ raw: {}, toolUsage: { [name]: counted } })).toEqual({ why: `no price is known of what is counted as ${name}` });
  });
});
