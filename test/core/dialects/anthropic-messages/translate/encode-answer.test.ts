import { describe, expect, it } from 'vitest';
import { encodeAnswer, messageId } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-answer.ts';
import type { NeutralAnswer } from '../../../../../core/src/model/neutral.ts';
import { about, call, text, thought, usage } from './examples.ts';

const answer: NeutralAnswer = {
  id: 'chatcmpl-1',
  model: 'gpt',
  parts: [text('Hi')],
  stop: { kind: 'end' },
  usage: usage({ input: 3, output: 1 }),
};

describe('encodeAnswer', () => {
  it('an answer of which nothing is known still has what clients require', () => {
    expect(encodeAnswer({ id: '', model: '', parts: [], stop: undefined, usage: undefined }, about)).toEqual({
      id: 'msg_exchange1',
      type: 'message',
      role: 'assistant',
      model: 'asked',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 0, cache_creation_input_tokens: null, cache_read_input_tokens: null, output_tokens: 0 },
    });
  });

  it('claude-code#62396, #59812: no empty texts', () => {
    expect(encodeAnswer({ ...answer, parts: [text(''), thought(''), text('a'), { kind: 'refusal', text: '' }] }, about).content).toEqual([
      { type: 'text', text: 'a' },
    ]);
  });

  it('a refusal is a text, and the reason to stop', () => {
    expect(encodeAnswer({ ...answer, parts: [{ kind: 'refusal', text: 'No.' }] }, about)).toMatchObject({
      content: [{ type: 'text', text: 'No.' }],
      stop_reason: 'refusal',
    });
  });

  it('vercel/ai#12218: an answer with calls stops for them; vercel/ai#19319, #4936: each has an id of its own', () => {
    const written = encodeAnswer({ ...answer, parts: [call('a'), call(''), call('a')] }, about);
    expect(written.stop_reason).toBe('tool_use');
    const ids = (written.content as { id: string }[]).map(({ id }) => id);
    expect(ids[0]).toBe('a');
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain('');
  });

  it("litellm#25322: Gemini's signature of a call stands before it", () => {
    const opaque = { dialect: 'google-generate-content', value: 'c2ln' };
    expect(encodeAnswer({ ...answer, parts: [{ ...call('a'), opaque }] }, about).content).toEqual([
      { type: 'thinking', thinking: '', signature: 'gw1:google-generate-content:call:c2ln' },
      { type: 'tool_use', id: 'a', name: 'look', input: {} },
    ]);
  });

  it('arguments that are no JSON reach the client', () => {
    expect(encodeAnswer({ ...answer, parts: [call('a', 'look', '{"cut')] }, about).content).toMatchObject([{ input: { _raw: '{"cut' } }]);
  });

  it('numbers in arguments keep their digits', () => {
    expect(JSON.stringify(encodeAnswer({ ...answer, parts: [call('a', 'look', '{"n":1.0}')] }, about))).toContain('"input":{"n":1.0}');
  });
});

it('messageId is a message’s', () => {
  expect(messageId('msg_1', about)).toBe('msg_1');
  expect(messageId('resp_1', about)).toBe('msg_exchange1');
});
