import { describe, expect, it } from 'vitest';
import { encodeTurns } from '../../../../../core/src/dialects/google-generate-content/translate/encode-turns.ts';
import { modelTraits } from '../../../../../core/src/dialects/google-generate-content/translate/gemini-models.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralAssistantPart, NeutralField, NeutralRequest, NeutralTurn } from '../../../../../core/src/model/neutral.ts';

const encode = (turns: NeutralTurn[], model = 'gemini-2.5-flash') => {
  const losses = new Losses<NeutralField>();
  const body = encodeTurns({ turns } as unknown as NeutralRequest, modelTraits(model), losses);
  return { body, refused: losses.list().map(({ field }) => field) };
};
const text = (value: string) => ({ kind: 'text', text: value }) as const;
const user = (...texts: string[]): NeutralTurn => ({ role: 'user', parts: texts.map(text) });
const system = (...texts: string[]): NeutralTurn => ({ role: 'system', parts: texts.map(text) });
const assistant = (...parts: NeutralAssistantPart[]): NeutralTurn => ({ role: 'assistant', parts });
const call = (id: string, more: Partial<NeutralAssistantPart> = {}) =>
  ({ kind: 'toolCall', id, name: 'f', arguments: '{"a":1}', opaque: undefined, ...more }) as NeutralAssistantPart;
const answered = (...ids: string[]): NeutralTurn => ({
  role: 'tool',
  results: ids.map((callId) => ({ callId, name: undefined, parts: [text(`of ${callId}`)], isError: false })),
});
const own = (value: string) => ({ dialect: 'google-generate-content', value });
const foreign = { dialect: 'anthropic-messages', value: 'x' };

/** The model's parts of a conversation that goes on. */
const modelParts = (parts: NeutralAssistantPart[], model?: string) => {
  const { body } = encode([user('go'), assistant(...parts), user('on')], model);
  return (body.contents as { role: string; parts: object[] }[]).find(({ role }) => role === 'model')?.parts;
};

describe('what cannot be said', () => {
  it('a beginning of the answer is refused', () => {
    expect(encode([user('hi'), assistant(text('Sure,'))]).refused).toEqual(['prefill']);
    expect(encode([user('hi'), assistant(text(''))]).refused).toEqual([]);
  });
});

describe('system', () => {
  it('at the beginning it is the instruction, part by part', () => {
    expect(encode([system('a', ''), system('b'), user('hi')]).body).toEqual({
      systemInstruction: { parts: [{ text: 'a' }, { text: 'b' }] },
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    });
  });

  it('later it stays where it is', () => {
    expect(encode([user('hi'), assistant(text('hello')), system('be brief'), user('go on')]).body).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ text: 'hello' }] },
        { role: 'user', parts: [{ text: '<system-reminder>\nbe brief\n</system-reminder>' }, { text: 'go on' }] },
      ],
    });
  });

  it('where there are no contents, or no such place, the user says it', () => {
    expect(encode([system('a')]).body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'a' }] }] });
    expect(encode([system('a'), user('hi')], 'gemma-3-4b-it').body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a' }, { text: 'hi' }] }],
    });
  });
});

describe('turns', () => {
  it('claude-code#62396, #59812: nothing empty, and one role after the other', () => {
    expect(
      encode([user('a', ''), user('b'), assistant(text('')), user('c'), assistant(text('d')), assistant(text('e')), user('f')]).body,
    ).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] },
        { role: 'model', parts: [{ text: 'd' }, { text: 'e' }] },
        { role: 'user', parts: [{ text: 'f' }] },
      ],
    });
  });

  it('bifrost#1164: results of one turn are together, first and in order, whatever came between', () => {
    const turns = [
      user('go'),
      assistant(call('a'), call('b')),
      answered('b'),
      user('wait'),
      answered('a'),
      assistant(text('done')),
      user('ok'),
    ];
    const response = (id: string) => ({ functionResponse: { id, name: 'f', response: { result: `of ${id}` } } });
    expect(encode(turns).body).toMatchObject({
      contents: [
        { role: 'user' },
        { role: 'model', parts: [{ functionCall: { id: 'a' } }, { functionCall: { id: 'b' } }] },
        { role: 'user', parts: [response('a'), response('b'), { text: 'wait' }] },
        { role: 'model' },
        { role: 'user' },
      ],
    });
  });

  it('calls at the end of a conversation are no prefill: they get their missing results', () => {
    const { body, refused } = encode([user('go'), assistant(call('a'))]);
    expect(refused).toEqual([]);
    expect(body).toMatchObject({
      contents: [{}, {}, { parts: [{ functionResponse: { response: { error: 'No result was provided.' } } }] }],
    });
  });

  it('numbers in arguments keep their digits; a call without an id has none', () => {
    const parts = modelParts([call('', { arguments: '{"n":12345678901234567890}' })]);
    expect(JSON.stringify(parts)).toBe('[{"functionCall":{"name":"f","args":{"n":12345678901234567890}}}]');
  });

  it('a refusal is what the model said', () => {
    expect(modelParts([{ kind: 'refusal', text: 'no' }])).toEqual([{ text: 'no' }]);
  });
});

describe('signatures', () => {
  it('litellm#16893, langchain#37347: come back on the call that they came on', () => {
    expect(modelParts([call('a', { opaque: own('sig') })], 'gemini-3-flash-preview')).toEqual([
      { functionCall: { id: 'a', name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' },
    ]);
  });

  it.each([
    ['gemini-3-flash-preview', [undefined, foreign], ['skip_thought_signature_validator', 'skip_thought_signature_validator']],
    ['gemini-3-flash-preview', [own('sig'), undefined], ['sig', undefined]],
    ['gemini-2.5-flash', [undefined, foreign], [undefined, undefined]],
    ['gemini-2.5-flash', [own('sig'), undefined], ['sig', undefined]],
  ])('%s: %j becomes %j', (model, opaques, signatures) => {
    const parts = modelParts(
      opaques.map((opaque, index) => call(String(index), { opaque })),
      model,
    ) as { thoughtSignature?: string }[];
    expect(parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual(signatures);
  });

  it('stand on the thought, or on the text before them, or in a part of their own', () => {
    const reasoning = (said: string, opaque: typeof foreign | undefined) => ({ kind: 'reasoning', text: said, opaque }) as const;
    expect(modelParts([reasoning('I think', own('a'))])).toEqual([{ text: 'I think', thought: true, thoughtSignature: 'a' }]);
    expect(modelParts([text('said'), reasoning('', own('a'))])).toEqual([{ text: 'said', thoughtSignature: 'a' }]);
    expect(modelParts([call('x'), reasoning('', own('a'))])?.[1]).toEqual({ text: '', thoughtSignature: 'a' });
    expect(modelParts([text('said'), reasoning('', own('a')), reasoning('', own('b'))])).toEqual([
      { text: 'said', thoughtSignature: 'a' },
      { text: '', thoughtSignature: 'b' },
    ]);
  });

  it('what another provider signed is not told: no plugin has looked at it; an unsigned thought is', () => {
    const reasoning = (said: string, opaque: typeof foreign | undefined) => ({ kind: 'reasoning', text: said, opaque }) as const;
    expect(modelParts([reasoning('signed', foreign), reasoning('', foreign), reasoning('plain', undefined), text('said')])).toEqual([
      { text: 'plain', thought: true },
      { text: 'said' },
    ]);
  });
});
