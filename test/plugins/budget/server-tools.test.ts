import { describe, expect, it } from 'vitest';
import { serverTool } from '../../../plugins/budget/src/server-tools.ts';

const tool = (dialect: string, body: object): string | undefined => serverTool({ dialect, body } as never);

describe('serverTool', () => {
  it.each([
    ['openai-chat', { tools: [{ type: 'function', function: { name: 'f' } }] }, undefined],
    ['openai-chat', { tools: [{ type: 'custom' }], web_search_options: null }, undefined],
    ['openai-chat', { web_search_options: {} }, 'web_search'],
    ['openai-responses', { tools: [{ type: 'function' }, { type: 'web_search_preview' }] }, 'web_search_preview'],
    ['openai-responses', { tools: [{ type: 'mcp' }] }, 'mcp'],
    ['openai-responses', { tools: [{ type: 'a-tool-of-next-year' }] }, 'a-tool-of-next-year'],
    ['openai-responses', { tools: [{ type: 'local_shell' }] }, undefined],
    ['anthropic-messages', { tools: [{ name: 'f' }, { type: 'custom', name: 'g' }, { type: 'bash_20250124' }] }, undefined],
    ['anthropic-messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'web_search_20250305'],
    ['anthropic-messages', { mcp_servers: [{ url: 'x' }] }, 'mcp_servers'],
    ['google-generate-content', { tools: [{ functionDeclarations: [] }, { function_declarations: [] }] }, undefined],
    ['google-generate-content', { tools: { googleSearch: {} } }, 'googleSearch'],
    ['another', { tools: [{}] }, 'tools'],
    ['another', {}, undefined],
  ])('%s with %o: %o', (dialect, body, expected) => {
    expect(tool(dialect, body)).toBe(expected);
  });
});
