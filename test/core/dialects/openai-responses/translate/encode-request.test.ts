import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/openai-responses/translate/decode-request.ts';
import { encodeRequest } from '../../../../../core/src/dialects/openai-responses/translate/encode-request.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { Encoded, NeutralReasoning, NeutralRequest, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { text } from './answers.ts';
import { request } from './requests.ts';

const encoded = (more: Partial<NeutralRequest> = {}, quirks: TargetQuirks = {}, maxOutputTokens?: number): Encoded<JsonObject> =>
  encodeRequest({ ...request, ...more }, { model: 'target', maxOutputTokens, quirks });

const hello = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }];

describe('what Responses has no place for', () => {
  it('a stop sequence is a restriction: refused', () => {
    expect(encoded({ stop: ['END'] }).losses).toEqual([{ field: 'stop', level: 'refuse' }]);
  });

  it('what changes the answer a little is dropped, and told; no penalty is none', () => {
    expect(encoded({ topK: 5, seed: 0, frequencyPenalty: 1, presencePenalty: -1 }).losses).toEqual(
      ['topK', 'seed', 'frequencyPenalty', 'presencePenalty'].map((field) => ({ field, level: 'drop' })),
    );
    expect(encoded({ frequencyPenalty: 0, presencePenalty: 0 }).losses).toEqual([]);
  });
});

describe('a request', () => {
  it('stores nothing at the provider, and says no more than it was asked to', () => {
    expect(encoded()).toEqual({ value: { model: 'target', input: hello, store: false }, losses: [] });
    expect(encoded({ stream: true }).value).toMatchObject({ stream: true, store: false });
  });

  it('says everything that it can', () => {
    const { value, losses } = encoded({
      turns: [{ role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] }, ...request.turns],
      tools: [{ name: 'f', description: undefined, parameters: { type: 'object' }, strict: undefined }],
      parallelTools: true,
      maxOutputTokens: 100,
      temperature: 0,
      topP: 1,
      format: { kind: 'schema', name: 'a', description: undefined, schema: { type: 'object' }, strict: true },
      reasoning: { effort: 'high', budget: undefined, show: true },
      user: 'u-1',
    });
    expect(losses).toEqual([]);
    expect(value).toEqual({
      model: 'target',
      instructions: 'Be brief.',
      input: hello,
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }],
      parallel_tool_calls: true,
      text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true } },
      reasoning: { effort: 'high', summary: 'auto' },
      max_output_tokens: 100,
      temperature: 0,
      top_p: 1,
      user: 'u-1',
      store: false,
      include: ['reasoning.encrypted_content'],
    });
  });

  it('maximhq/bifrost#898, #2163, #6591: is the same text each time, for the provider’s prompt cache', () => {
    const turns: NeutralTurn[] = [
      { role: 'assistant', parts: [{ kind: 'toolCall', id: '', name: 'f', arguments: '{}', opaque: undefined }] },
      ...request.turns,
    ];
    const once = JSON.stringify(encoded({ turns }).value);
    expect(JSON.stringify(encoded({ turns }).value)).toBe(once);
    const longer = JSON.stringify(encoded({ turns: [...turns, ...request.turns] }).value.input);
    expect(longer.startsWith(JSON.stringify(encoded({ turns }).value.input).slice(0, -1))).toBe(true);
  });
});

describe('the limit', () => {
  it('is neither below OpenAI’s least nor above the model’s most', () => {
    const limit = (asked?: number, most?: number): unknown => encoded({ maxOutputTokens: asked }, {}, most).value.max_output_tokens;
    expect([limit(1), limit(16), limit(500, 100), limit(50, 100), limit(undefined, 100)]).toEqual([16, 16, 100, 50, undefined]);
  });
});

describe('reasoning', () => {
  const reasoning = (more: Partial<NeutralReasoning>, quirks: TargetQuirks = {}): Encoded<JsonObject> =>
    encoded({ reasoning: { effort: undefined, budget: undefined, show: undefined, ...more } }, quirks);

  it('vercel/ai#7543, #10290: what is not stored is asked for encrypted, from models that reason', () => {
    expect(reasoning({ effort: 'low' }).value.include).toEqual(['reasoning.encrypted_content']);
    expect(reasoning({ show: true }).value).toMatchObject({ reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'] });
    for (const plain of [reasoning({}), reasoning({ effort: 'none' })]) expect(plain.value).not.toHaveProperty('include');
    const turns: NeutralTurn[] = [
      { role: 'assistant', parts: [{ kind: 'reasoning', text: '', opaque: { dialect: 'openai-responses', value: 'gAAA' } }] },
      ...request.turns,
    ];
    expect(encoded({ turns }).value.include).toEqual(['reasoning.encrypted_content']);
  });

  it.each([
    [0, 'none'],
    [1024, 'low'],
    [10_000, 'medium'],
    [32_000, 'high'],
  ])('a budget of %d tokens is the word %s, and told to be no more than that', (budget, effort) => {
    expect(reasoning({ budget })).toMatchObject({ value: { reasoning: { effort } }, losses: [{ field: 'reasoning', level: 'drop' }] });
  });

  it('BerriAI/litellm#27074, #27039: none is an effort too, and shows nothing', () => {
    expect(reasoning({ effort: 'none', show: true })).toMatchObject({ value: { reasoning: { effort: 'none' } }, losses: [] });
    expect(reasoning({ effort: 'none', show: true }).value.reasoning).toEqual({ effort: 'none' });
  });

  it('is told where the target does not know efforts', () => {
    const { value, losses } = reasoning({ effort: 'low' }, { reasoningEffort: false });
    expect(value).not.toHaveProperty('reasoning');
    expect(losses).toEqual([{ field: 'reasoning', level: 'drop' }]);
  });
});

describe('the user', () => {
  it('is an id of 64 characters at most, always the same', () => {
    const long = encoded({ user: 'x'.repeat(150) }).value.user;
    expect(long).toMatch(/^[0-9a-f]{64}$/);
    expect(encoded({ user: 'x'.repeat(150) }).value.user).toBe(long);
    expect(encoded({ user: 'x'.repeat(64) }).value.user).toBe('x'.repeat(64));
  });
});

describe('JSON', () => {
  it('is asked for in the input, or OpenAI refuses it', () => {
    const format = { kind: 'json' } as const;
    expect(encoded({ format }).value.input).toEqual([
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Answer in JSON.' }] },
      ...hello,
    ]);
    expect(encoded({ format }, { developerRole: false }).value.input).toMatchObject([{ role: 'system' }, { role: 'user' }]);
    const asked: NeutralTurn[] = [{ role: 'user', parts: [{ kind: 'text', text: 'As json, please' }] }];
    expect(encoded({ format, turns: asked }).value.input).toHaveLength(1);
  });
});

describe('fields that the target does not know', () => {
  it('are left out; what that loses is told or refused', () => {
    const everything: Partial<NeutralRequest> = { temperature: 1, topP: 1, user: 'u', maxOutputTokens: 20, format: { kind: 'json' } };
    const { value, losses } = encoded(everything, {
      unknownFields: ['temperature', 'max_output_tokens', 'text', 'store', 'input', 'user'],
    });
    expect(Object.keys(value).sort()).toEqual(['input', 'model', 'top_p']);
    expect(losses).toEqual([
      { field: 'format', level: 'refuse' },
      { field: 'maxOutputTokens', level: 'refuse' },
      { field: 'temperature', level: 'drop' },
      { field: 'user', level: 'drop' },
    ]);
  });

  it('nothing is lost with what is so anyway', () => {
    const tools = [{ name: 'f', description: undefined, parameters: undefined, strict: undefined }];
    const quirks = { unknownFields: ['parallel_tool_calls', 'store'] };
    expect(encoded({ tools, parallelTools: true }, quirks).losses).toEqual([]);
    expect(encoded({ tools, parallelTools: false }, quirks).losses).toEqual([{ field: 'parallelTools', level: 'refuse' }]);
  });
});

describe('encoded and decoded again', () => {
  const opaque = { dialect: 'openai-responses', value: 'gAAA' };
  const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QUJD' } } as const;
  const said = fc.record({ kind: fc.constant('text' as const), text });
  const turn: fc.Arbitrary<NeutralTurn[]> = fc.oneof(
    fc.array(said, { minLength: 1 }).map((parts): NeutralTurn[] => [{ role: 'user', parts: [...parts, image] }]),
    said.map((part): NeutralTurn[] => [{ role: 'system', parts: [part] }]),
    said.map((part): NeutralTurn[] => [{ role: 'assistant', parts: [part] }]),
    text.map((thought): NeutralTurn[] => [{ role: 'assistant', parts: [{ kind: 'reasoning', text: thought, opaque }] }]),
    fc.tuple(fc.uuid(), said).map(([id, part]): NeutralTurn[] => [
      { role: 'assistant', parts: [{ kind: 'toolCall', id, name: 'f', arguments: '{"a":1}', opaque: undefined }] },
      { role: 'tool', results: [{ callId: id, name: undefined, parts: [part], isError: false }] },
    ]),
  );

  it('a conversation is the same', () => {
    fc.assert(
      fc.property(fc.array(turn), (middle) => {
        const turns = [...request.turns, ...middle.flat(), ...request.turns];
        const { value, losses } = encoded({ turns });
        const again = decodeRequest(value, { model: 'm-1', stream: false });
        expect([losses, again.losses]).toEqual([[], []]);
        expect(again.value.turns).toEqual(turns);
      }),
    );
  });
});
