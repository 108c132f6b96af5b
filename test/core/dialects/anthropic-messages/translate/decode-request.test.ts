import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/anthropic-messages/translate/decode-request.ts';
import { GatewayError } from '../../../../../core/src/errors.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { request } from './examples.ts';

const messages = [{ role: 'user', content: 'hi' }];

function decode(body: JsonObject): { value: NeutralRequest; drop: string[]; refuse: string[] } {
  const { value, losses } = decodeRequest({ model: 'asked', max_tokens: 100, messages, ...body }, { model: 'm', stream: false });
  const named = (level: string): string[] => losses.filter((loss) => loss.level === level).map(({ field }) => field);
  return { value, drop: named('drop'), refuse: named('refuse') };
}

describe('fields of the wrong kind are named', () => {
  it.each([
    ['temperature', { temperature: '1' }],
    ['top_p', { top_p: [] }],
    ['top_k', { top_k: true }],
    ['max_tokens', { max_tokens: -1 }],
    ['stop_sequences', { stop_sequences: '###' }],
    ['stop_sequences[1]', { stop_sequences: ['a', 5] }],
    ['metadata', { metadata: 'me' }],
    ['metadata.user_id', { metadata: { user_id: 5 } }],
    ['thinking', { thinking: true }],
    ['thinking.type', { thinking: { type: 'a lot' } }],
    ['output_config', { output_config: [] }],
    ['messages', { messages: {} }],
    ['tools', { tools: {} }],
    ['tool_choice', { tool_choice: 'auto' }],
    ['system', { system: 5 }],
  ])('%s', (field, body) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param: field }));
  });

  it('nothing else is ever thrown', () => {
    const body = fc.record({
      system: fc.jsonValue(),
      messages: fc.array(
        fc.oneof(fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.jsonValue() }), fc.jsonValue()),
      ),
      tools: fc.jsonValue(),
      tool_choice: fc.jsonValue(),
      thinking: fc.jsonValue(),
      output_config: fc.jsonValue(),
      metadata: fc.jsonValue(),
      stop_sequences: fc.jsonValue(),
    });
    fc.assert(
      fc.property(body, (given) => {
        try {
          decode(given as JsonObject);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});

describe('decodeRequest', () => {
  it('says no more than it was told', () => {
    const { value, drop, refuse } = decode({});
    expect(value).toEqual({ ...request, maxOutputTokens: 100 });
    expect([drop, refuse]).toEqual([[], []]);
  });

  it('reads every option', () => {
    const { value, drop, refuse } = decode({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['###'],
      metadata: { user_id: 'u1' },
      stream: true,
      service_tier: 'auto',
      mcp_servers: [],
      container: null,
    });
    expect(value).toMatchObject({ temperature: 0.5, topP: 0.9, topK: 40, stop: ['###'], user: 'u1' });
    expect([drop, refuse]).toEqual([[], []]);
  });

  it.each([
    ['mcp_servers', [{ url: 'https://example.com', authorization_token: 'secret' }]],
    ['container', 'container_1'],
    ['thread', { type: 'continue' }],
    ['compaction', { type: 'summarize' }],
    ['safeguards', [{ type: 'x' }]],
    ['inference_geo', 'us'],
  ])('refuses %s: the caller relies on it', (field, value) => {
    expect(decode({ [field]: value })).toMatchObject({ refuse: [field], drop: [] });
  });

  it('max_tokens: 0 fills a cache, which nobody else has', () => {
    expect(decode({ max_tokens: 0 }).refuse).toEqual(['max_tokens']);
  });

  it.each([
    ['context_management', { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] }],
    ['speed', 'fast'],
    ['fallbacks', 'default'],
    ['cache_control', { type: 'ephemeral' }],
    ['service_tier', 'standard_only'],
    ['something_new', 1],
  ])('drops %s: the answer is the same, or nearly', (field, value) => {
    expect(decode({ [field]: value })).toMatchObject({ drop: [field], refuse: [] });
  });

  it('cache_control is reported once, wherever it stands', () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    const { drop, refuse } = decode({
      system: [{ type: 'text', text: 's', ...mark }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', ...mark }] }],
      tools: [{ name: 'look', input_schema: { type: 'object' }, ...mark }],
    });
    expect([drop, refuse]).toEqual([['cache_control'], []]);
  });

  it('metadata besides the user is noted', () => {
    expect(decode({ metadata: { user_id: '', session: 'x' } })).toMatchObject({ drop: ['metadata.session'], value: { user: undefined } });
  });
});
