import { describe, expect, it } from 'vitest';
import { encodeResults } from '../../../../../core/src/dialects/google-generate-content/translate/encode-results.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralToolCall, NeutralToolResult } from '../../../../../core/src/model/neutral.ts';

const call = (id: string, name: string): NeutralToolCall => ({ kind: 'toolCall', id, name, arguments: '{}', opaque: undefined });
const result = (callId: string, text: string, more: Partial<NeutralToolResult> = {}): NeutralToolResult => ({
  callId,
  name: undefined,
  parts: [{ kind: 'text', text }],
  isError: false,
  ...more,
});
const encode = (calls: NeutralToolCall[], results: NeutralToolResult[], inside = true) =>
  encodeResults(calls, results, inside, new Losses<NeutralField>());
const response = (id: string, name: string, value: object) => ({ functionResponse: { ...(id && { id }), name, response: value } });

describe('encodeResults', () => {
  it('a call without a result gets one that says so: there must be as many', () => {
    expect(encode([call('a', 'f'), call('b', 'g')], [result('b', 'two')])).toEqual([
      response('a', 'f', { error: 'No result was provided.' }),
      response('b', 'g', { result: 'two' }),
    ]);
  });

  it('a result without a call is told, not lost', () => {
    expect(encode([], [result('gone', 'sunny', { name: 'weather' })])).toEqual([
      { text: 'Result of a tool call (weather) that is no longer in this conversation:\nsunny' },
    ]);
    expect(encode([], [result('', 'sunny')])).toEqual([{ text: 'Result of a tool call that is no longer in this conversation:\nsunny' }]);
  });

  it('llm-bridge’s `unknown`: the name is looked up from the call, and the order is the calls’', () => {
    const parts = encode([call('a', 'f'), call('b', 'g')], [result('b', 'two'), result('a', 'one', { isError: true })]);
    expect(parts).toEqual([response('a', 'f', { error: 'one' }), response('b', 'g', { result: 'two' })]);
  });

  it('vercel/ai#19319, #4936: empty and repeated ids', () => {
    expect(encode([call('', 'f'), call('', 'g')], [result('', 'g says', { name: 'g' }), result('', 'f says')])).toEqual([
      response('', 'f', { result: 'f says' }),
      response('', 'g', { result: 'g says' }),
    ]);
    expect(encode([call('x', 'f'), call('x', 'f')], [result('x', 'one'), result('x', 'two')])).toEqual([
      response('x', 'f', { result: 'one' }),
      response('x', 'f', { result: 'two' }),
    ]);
  });

  it('texts are joined, objects are objects', () => {
    const parts = [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ] as const;
    expect(encode([call('a', 'f')], [result('a', '', { parts })])).toEqual([response('a', 'f', { result: 'a\nb' })]);
    expect(encode([call('a', 'f')], [result('a', '{"sky":"blue"}')])).toEqual([response('a', 'f', { sky: 'blue' })]);
  });

  it('media stand in the result, or beside all results where a model knows no such thing', () => {
    const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } } as const;
    const calls = [call('a', 'f'), call('b', 'g')];
    const results = [result('a', 'see', { parts: [{ kind: 'text', text: 'see' }, image] }), result('b', 'two')];
    const inlineData = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    expect(encode(calls, results)).toEqual([
      { functionResponse: { id: 'a', name: 'f', response: { result: 'see' }, parts: [inlineData] } },
      response('b', 'g', { result: 'two' }),
    ]);
    expect(encode(calls, results, false)).toEqual([
      response('a', 'f', { result: 'see' }),
      response('b', 'g', { result: 'two' }),
      inlineData,
    ]);
  });
});
