import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/openai-chat/translate/decode-request.ts';
import { encodeRequest } from '../../../../../core/src/dialects/openai-chat/translate/encode-request.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { request, text } from './examples.ts';

function encode(part: Partial<NeutralRequest>, quirks: TargetQuirks = {}, maxOutputTokens?: number) {
  return encodeRequest({ ...request, ...part }, { model: 'target', maxOutputTokens, quirks });
}

const tools = [{ name: 'a', description: undefined, parameters: undefined, strict: undefined }];

describe('what a target does not know', () => {
  it.each<[string, NeutralField, 'drop' | 'refuse', Partial<NeutralRequest>]>([
    ['stop', 'stop', 'refuse', { stop: ['x'] }],
    ['response_format', 'format', 'refuse', { format: { kind: 'json' } }],
    ['max_completion_tokens', 'maxOutputTokens', 'refuse', { maxOutputTokens: 5 }],
    ['parallel_tool_calls', 'parallelTools', 'refuse', { tools, parallelTools: false }],
    ['tools', 'tools', 'refuse', { tools }],
    ['temperature', 'temperature', 'drop', { temperature: 1 }],
    ['top_p', 'topP', 'drop', { topP: 1 }],
    ['seed', 'seed', 'drop', { seed: 1 }],
    ['frequency_penalty', 'frequencyPenalty', 'drop', { frequencyPenalty: 1 }],
    ['presence_penalty', 'presencePenalty', 'drop', { presencePenalty: 1 }],
    ['reasoning_effort', 'reasoning', 'drop', { reasoning: { effort: 'low', budget: undefined, show: undefined } }],
    ['user', 'user', 'drop', { user: 'u' }],
  ])('%s is left out and told', (key, field, level, part) => {
    const { value, losses } = encode(part, { unknownFields: [key, 'model', 'messages', 'store'] });
    expect(value).not.toHaveProperty(key);
    expect(value).toMatchObject({ model: 'target', messages: expect.anything() });
    expect(losses).toEqual([{ field, level }]);
    expect(encode(part).losses).toEqual([]);
  });

  it('parallel calls allowed are what happens anyway', () => {
    expect(encode({ tools, parallelTools: true }, { unknownFields: ['parallel_tool_calls'] }).losses).toEqual([]);
  });

  it('top_k is nobody’s, a fifth stop sequence OpenAI’s not', () => {
    expect(encode({ topK: 4 }).losses).toEqual([{ field: 'topK', level: 'drop' }]);
    expect(encode({ stop: ['1', '2', '3', '4'] })).toMatchObject({ value: { stop: ['1', '2', '3', '4'] }, losses: [] });
    expect(encode({ stop: ['1', '2', '3', '4', '5'] }).losses).toEqual([{ field: 'stop', level: 'refuse' }]);
  });

  it('litellm#27074: no effort goes where none is known', () => {
    const reasoning = { effort: 'none', budget: undefined, show: undefined } as const;
    expect(encode({ reasoning }).value.reasoning_effort).toBe('none');
    const without = encode({ reasoning }, { reasoningEffort: false });
    expect(without.value).not.toHaveProperty('reasoning_effort');
    expect(without.losses).toEqual([{ field: 'reasoning', level: 'drop' }]);
  });
});

describe('encodeRequest', () => {
  it('says nothing that was not asked', () => {
    expect(encode({})).toEqual({ value: { model: 'target', messages: [{ role: 'user', content: 'hi' }] }, losses: [] });
    expect(encode({ stream: true }).value.stream).toBe(true);
  });

  it('bifrost#6132: the limit goes under the name that the target knows, and no higher than it can', () => {
    expect(encode({ maxOutputTokens: 9 }).value).toMatchObject({ max_completion_tokens: 9 });
    const older = encode({ maxOutputTokens: 9 }, { maxTokensField: 'max_tokens' }, 5).value;
    expect(older).toMatchObject({ max_tokens: 5 });
    expect(older).not.toHaveProperty('max_completion_tokens');
    expect(encode({}, {}, 5).value).not.toHaveProperty('max_completion_tokens');
  });

  it.each([
    [0, 'none'],
    [1024, 'low'],
    [10_000, 'medium'],
    [31_999, 'high'],
  ])('a budget of %i tokens is an effort: %s; the number is lost', (budget, effort) => {
    const { value, losses } = encode({ reasoning: { effort: undefined, budget, show: undefined } });
    expect(value.reasoning_effort).toBe(effort);
    expect(losses).toEqual([{ field: 'reasoning', level: 'drop' }]);
  });

  it('the model decides where nothing is said', () => {
    expect(encode({ reasoning: { effort: undefined, budget: undefined, show: true } }).value).not.toHaveProperty('reasoning_effort');
  });

  it('any JSON is asked for in words as well: OpenAI wants them', () => {
    const asked = encode({ format: { kind: 'json' } }).value;
    expect(asked.messages).toEqual([
      { role: 'system', content: 'Answer in JSON.' },
      { role: 'user', content: 'hi' },
    ]);
    const image = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } } as const;
    for (const parts of [[text('as Json, please')], [image, text('JSON')]])
      expect(encode({ format: { kind: 'json' }, turns: [{ role: 'user', parts }] }).value.messages).toHaveLength(1);
    expect(encode({ format: { kind: 'json' } }, { developerRole: true }).value.messages).toMatchObject([{ role: 'developer' }, {}]);
  });

  it('a long id of the user is told by a short one, always the same', () => {
    expect(encode({ user: 'u'.repeat(64) }).value.user).toBe('u'.repeat(64));
    const short = encode({ user: 'u'.repeat(65) }).value.user;
    expect(short).toMatch(/^[0-9a-f]{64}$/);
    expect(encode({ user: 'u'.repeat(65) }).value.user).toBe(short);
  });

  it('is read back as what it was', () => {
    const asked: NeutralRequest = {
      ...request,
      model: 'target',
      stream: true,
      turns: [
        { role: 'system', parts: [text('be brief')] },
        { role: 'user', parts: [text('see'), { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } }] },
        {
          role: 'assistant',
          parts: [
            text('look'),
            { kind: 'toolCall', id: 'x', name: 'a', arguments: '{"n": 1.0}', opaque: { dialect: 'google-generate-content', value: 's' } },
          ],
        },
        { role: 'tool', results: [{ callId: 'x', name: undefined, parts: [text('1')], isError: false }] },
      ],
      tools: [{ name: 'a', description: 'A.', parameters: { type: 'object' }, strict: true }],
      toolChoice: { mode: 'required', allowed: ['a'] },
      parallelTools: false,
      maxOutputTokens: 9,
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      stop: ['END'],
      format: { kind: 'schema', name: 's', description: undefined, schema: { type: 'object' }, strict: true },
      reasoning: { effort: 'xhigh', budget: undefined, show: true },
      user: 'u',
    };
    const { value, losses } = encode(asked, { googleSignatures: true });
    expect(losses).toEqual([]);
    expect(decodeRequest(value, { model: 'target', stream: true })).toEqual({ value: asked, losses: [] });
  });
});
