import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamReader } from '../../../../../core/src/dialects/google-generate-content/translate/stream-reader.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';

const read = (...events: JsonValue[]): NeutralEvent[] => {
  const reader = streamReader();
  return [...events.flatMap((event) => reader.read(event, undefined)), ...reader.end()];
};
const parts = (...given: JsonObject[]): JsonObject => ({ candidates: [{ content: { role: 'model', parts: given } }] });
const finish = (finishReason: JsonValue): JsonObject => ({ candidates: [{ content: { parts: [{ text: '' }] }, finishReason }] });
const without = (events: NeutralEvent[], ...kinds: string[]) => events.filter(({ kind }) => !kinds.includes(kind));
const own = (value: string) => ({ dialect: 'google-generate-content', value });

describe('odd streams', () => {
  it.each([null, 'x', 1, [], { error: { code: 429 } }])('%j is no event', (json) => {
    expect(streamReader().read(json, undefined)).toEqual([]);
  });

  it('any document is read', () => {
    const key = fc.constantFrom(
      'candidates',
      'content',
      'parts',
      'functionCall',
      'partialArgs',
      'jsonPath',
      'willContinue',
      'usageMetadata',
      'name',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('$.a', '$[', 'STOP', true, 1, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, value, { maxKeys: 4 }), { maxLength: 4 }), (events) => {
        expect(read(...(events as JsonValue[]))).toBeInstanceOf(Array);
      }),
      { numRuns: 500 },
    );
  });

  it('a stream without a reason does not say that it stopped', () => {
    expect(read(parts({ text: 'a' })).map(({ kind }) => kind)).toEqual(['start', 'text']);
  });

  it('a blocked prompt is filtered', () => {
    expect(read({ promptFeedback: { blockReason: 'SAFETY' }, responseId: 'r', modelVersion: 'm' })).toEqual([
      { kind: 'start', id: 'r', model: 'm' },
      { kind: 'stop', stop: { kind: 'filtered' } },
    ]);
  });

  it('a model that says STOP all the time stops once, at the end', () => {
    const event = (text: string) => ({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });
    expect(read(event('a'), event('b'), parts()).slice(1)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
      { kind: 'stop', stop: { kind: 'end' } },
    ]);
  });
});

describe('texts', () => {
  it('bifrost#974, litellm#29600: thoughts are read, and events with nothing else', () => {
    expect(read(parts({ text: 'hm', thought: true }), parts({ text: 'hi' }), finish('STOP')).slice(1)).toEqual([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'hi' },
      { kind: 'stop', stop: { kind: 'end' } },
    ]);
  });

  it('litellm#16893: a signature may come on a later part, or with the last', () => {
    const events = read(parts({ text: 'hi', thoughtSignature: 'a' }), parts({ text: '', thoughtSignature: 'b' }));
    expect(events.slice(1)).toEqual([
      { kind: 'text', text: 'hi' },
      { kind: 'reasoningOpaque', opaque: own('a') },
      { kind: 'reasoningOpaque', opaque: own('b') },
    ]);
  });
});

describe('usage', () => {
  const usage = (counts: JsonObject): JsonObject => ({ ...parts({ text: 'a' }), usageMetadata: counts });
  const told = (...events: JsonObject[]) => read(...events).flatMap((event) => (event.kind === 'usage' ? [event.usage] : []));

  it('litellm#10667: what was cached is in it; the last counts', () => {
    const last = { promptTokenCount: 10, cachedContentTokenCount: 8, candidatesTokenCount: 5, totalTokenCount: 15 };
    expect(
      told(usage({ promptTokenCount: 10, totalTokenCount: 10 }), usage({ promptTokenCount: 10, totalTokenCount: 12 }), usage(last)),
    ).toMatchObject([
      { input: 10, output: 0 },
      { input: 10, output: 5, cacheRead: 8 },
    ]);
  });

  it('any count is one', () => {
    expect(told(usage({ promptTokenCount: 10 }))).toMatchObject([{ input: 10 }]);
    expect(told(usage({ totalTokenCount: 10 }))).toHaveLength(1);
  });

  it('what says nothing about tokens takes nothing away', () => {
    const counts = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
    expect(told(usage({ trafficType: 'ON_DEMAND' }), usage(counts), usage({ trafficType: 'ON_DEMAND' }))).toMatchObject([
      { input: 10, output: 5 },
    ]);
  });
});

describe('calls', () => {
  it('whole in one event, several after each other, and a stop for tools', () => {
    const events = read(
      parts({ functionCall: { name: 'f', args: { a: 1 }, id: 'x' }, thoughtSignature: 'sig' }, { functionCall: { name: 'g' } }),
      finish('STOP'),
    );
    expect(events.slice(1)).toEqual([
      { kind: 'toolCall', call: 0, id: 'x', name: 'f', opaque: own('sig') },
      { kind: 'arguments', call: 0, piece: '{"a":1}' },
      { kind: 'partEnd', call: 0 },
      { kind: 'toolCall', call: 1, id: '', name: 'g', opaque: undefined },
      { kind: 'arguments', call: 1, piece: '{}' },
      { kind: 'partEnd', call: 1 },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ]);
  });

  it('vercel/ai 45b3d76: a call is not over before the provider says so', () => {
    const reader = streamReader();
    const kinds = (call: JsonObject) =>
      without([...reader.read(parts({ functionCall: call }), undefined)], 'start').map(({ kind }) => kind);
    expect(kinds({ name: 'f', willContinue: true })).toEqual([]);
    expect(kinds({ partialArgs: [{ jsonPath: '$.a', numberValue: 1 }], willContinue: true })).toEqual([]);
    expect(kinds({ partialArgs: [{ jsonPath: '$.b', stringValue: 'x', willContinue: true }], willContinue: true })).toEqual([]);
    expect(kinds({ partialArgs: [{ jsonPath: '$.b', stringValue: 'y' }], willContinue: true })).toEqual([]);
    expect(reader.read(parts({ functionCall: {} }), undefined)).toEqual([
      { kind: 'toolCall', call: 0, id: '', name: 'f', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"a":1,"b":"xy"}' },
      { kind: 'partEnd', call: 0 },
    ]);
  });

  it.each<[string, JsonObject[]]>([
    ['another call', [{ functionCall: { name: 'g' } }]],
    ['a text', [{ text: 'hi' }]],
    ['a signature', [{ text: '', thoughtSignature: 'sig' }]],
    ['the end of the stream', []],
  ])('%s ends a call that never said so', (_, after) => {
    const events = read(
      parts({ functionCall: { name: 'f', willContinue: true } }),
      parts({ functionCall: { partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }], willContinue: true } }),
      ...after.map((part) => parts(part)),
    );
    expect(events.slice(1, 4)).toEqual([
      { kind: 'toolCall', call: 0, id: '', name: 'f', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"a":"x"}' },
      { kind: 'partEnd', call: 0 },
    ]);
  });

  it('an empty call while none is open is none', () => {
    expect(read(parts({ functionCall: {} })).map(({ kind }) => kind)).toEqual(['start']);
    expect(read(parts({ functionCall: { args: { a: 1 } } }))).toContainEqual({ kind: 'arguments', call: 0, piece: '{"a":1}' });
  });

  it('litellm#16893: a signature that comes while a call goes on is the call’s', () => {
    const events = read(
      parts({ functionCall: { name: 'f', willContinue: true } }),
      parts({ functionCall: { willContinue: true }, thoughtSignature: 'sig' }),
      parts({ functionCall: {} }),
    );
    expect(events.slice(1)).toEqual([
      { kind: 'toolCall', call: 0, id: '', name: 'f', opaque: own('sig') },
      { kind: 'arguments', call: 0, piece: '{}' },
      { kind: 'partEnd', call: 0 },
    ]);
    expect(read(parts({ functionCall: {}, thoughtSignature: 'sig' }))).toContainEqual({ kind: 'reasoningOpaque', opaque: own('sig') });
  });
});
