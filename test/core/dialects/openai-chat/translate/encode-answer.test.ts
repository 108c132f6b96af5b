import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer } from '../../../../../core/src/dialects/openai-chat/translate/decode-answer.ts';
import { encodeAnswer } from '../../../../../core/src/dialects/openai-chat/translate/encode-answer.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralAnswer } from '../../../../../core/src/model/neutral.ts';
import { about, anyAnswer, call, reading, text, usage, withoutRaw } from './examples.ts';

const empty: NeutralAnswer = { id: '', model: '', parts: [], stop: undefined, usage: undefined };

function message(answer: Partial<NeutralAnswer>, asked = about): JsonObject {
  const [choice] = encodeAnswer({ ...empty, ...answer }, asked).choices as readonly JsonObject[];
  return (choice as JsonObject).message as JsonObject;
}

describe('encodeAnswer', () => {
  it('mlflow#23458: every key that strict clients look for is there, unknown usage is not', () => {
    expect(encodeAnswer(empty, about)).toEqual({
      id: 'chatcmpl-exchange-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'asked',
      choices: [{ index: 0, message: { role: 'assistant', content: null, refusal: null }, logprobs: null, finish_reason: null }],
    });
  });

  it('texts of one kind are one text', () => {
    const parts = [text('a'), { kind: 'refusal', text: 'no' } as const, text('b')];
    expect(message({ parts })).toEqual({ role: 'assistant', content: 'ab', refusal: 'no' });
  });

  it('litellm#20433: reasoning goes to those who asked for it, and to nobody else', () => {
    const parts = [{ kind: 'reasoning', text: 'hm', opaque: undefined } as const, text('a')];
    expect(message({ parts }, reading)).toMatchObject({ content: 'a', reasoning_content: 'hm' });
    expect(message({ parts })).toEqual({ role: 'assistant', content: 'a', refusal: null });
    expect(message({ parts: [text('a')] }, reading)).not.toHaveProperty('reasoning_content');
  });

  it('calls have ids, and are what it stopped for', () => {
    const answer = encodeAnswer({ ...empty, parts: [call(''), call('x'), call('')], stop: { kind: 'end' } }, about);
    const [choice] = answer.choices as readonly JsonObject[];
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const { tool_calls } = (choice as JsonObject).message as JsonObject;
    const ids = (tool_calls as readonly JsonObject[]).map(({ id }) => id);
    expect(ids[1]).toBe('x');
    expect(new Set([...ids, '']).size).toBe(4);
  });

  it('litellm#25322: Google’s signatures travel with the call, or with the message', () => {
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const extra_content = { google: { thought_signature: 'sig' } };
    expect(message({ parts: [{ ...call('x'), opaque }] }).tool_calls).toEqual([expect.objectContaining({ extra_content })]);
    expect(message({ parts: [text('a'), { kind: 'reasoning', text: '', opaque }] })).toMatchObject({ content: 'a', extra_content });
    const anthropic = { dialect: 'anthropic-messages', value: 'sig' };
    expect(JSON.stringify(message({ parts: [{ kind: 'reasoning', text: 'hm', opaque: anthropic }] }, reading))).not.toContain('sig');
  });

  it('usage, with the classes that are known', () => {
    expect(encodeAnswer({ ...empty, usage: usage({ input: 3, output: 2, cacheRead: 1 }) }, about).usage).toEqual({
      prompt_tokens: 3,
      completion_tokens: 2,
      total_tokens: 5,
      prompt_tokens_details: { cached_tokens: 1 },
    });
  });

  it('is read back as what it was', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const written = JSON.parse(JSON.stringify(encodeAnswer(answer, reading))) as JsonObject;
        expect(withoutRaw(decodeAnswer(written))).toEqual(answer);
      }),
    );
  });
});
