import { describe, expect, it } from 'vitest';
import { streamWriter } from '../../../../../core/src/dialects/google-generate-content/translate/stream-writer.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';

const about = { id: 'gw1', created: 0, model: 'target', withUsage: false, request: {} };
const writer = () => {
  const own = streamWriter(about);
  return { write: (...events: NeutralEvent[]) => events.map((event) => own.write(event)).join(''), end: () => own.end() };
};
const partsOf = (frames: string) =>
  frames
    .split('\n\n')
    .filter((frame) => frame !== '')
    .flatMap((frame) => JSON.parse(frame.slice('data: '.length)).candidates[0].content.parts);
const toolCall = (call: number, name = 'f') => ({ kind: 'toolCall', call, id: `id${call}`, name, opaque: undefined }) as const;
const piece = (call: number, text: string) => ({ kind: 'arguments', call, piece: text }) as const;
const called = (call: number, args: object, name = 'f') => ({ functionCall: { id: `id${call}`, name, args } });
const text = { kind: 'text', text: 'hi' } as const;
const partEnd = { kind: 'partEnd' } as const;
const callEnd = (call: number) => ({ kind: 'partEnd', call }) as const;

describe('a stream that breaks', () => {
  it('has no reason to have stopped: nothing looks like a clean end before `end`', () => {
    const own = writer();
    const usage = { input: 1, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} };
    const frames = own.write(
      { kind: 'start', id: 'r', model: 'm' },
      text,
      { kind: 'usage', usage },
      { kind: 'stop', stop: { kind: 'end' } },
    );
    expect(frames).not.toContain('finishReason');
    expect(own.end()).toContain('"finishReason":"STOP"');
  });

  it('vercel/ai 45b3d76: a call that was cut is not given to the client', () => {
    expect(writer().write(toolCall(0), piece(0, '{"path":"/tmp"'), text)).not.toContain('functionCall');
  });
});

describe('frames', () => {
  it('have no event name, no [DONE], and say whose answer they are', () => {
    const own = writer();
    expect(own.write({ kind: 'start', id: '', model: '' }, text)).toBe(
      'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"hi"}]},"index":0}],"modelVersion":"target","responseId":"gw1"}\n\n',
    );
    expect(own.end()).not.toContain('DONE');
  });

  it('Portkey#799: the last says why it stopped and what it took, though nothing was said', () => {
    const own = writer();
    const usage = { input: 9, output: 5, cacheRead: 4, cacheWrite: undefined, reasoning: 2, raw: {} };
    own.write({ kind: 'start', id: 'r', model: 'm' }, { kind: 'stop', stop: { kind: 'length' } }, { kind: 'usage', usage });
    expect(JSON.parse(own.end().slice(6))).toEqual({
      candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'MAX_TOKENS', index: 0 }],
      usageMetadata: {
        promptTokenCount: 9,
        cachedContentTokenCount: 4,
        candidatesTokenCount: 3,
        thoughtsTokenCount: 2,
        totalTokenCount: 14,
      },
      modelVersion: 'm',
      responseId: 'r',
    });
  });

  it('bifrost#974: thoughts and signatures are parts; nothing empty is sent', () => {
    const own = writer();
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const frames = own.write(
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoning', text: '' },
      { kind: 'reasoningOpaque', opaque },
      { kind: 'text', text: '' },
    );
    expect(partsOf(frames)).toEqual([
      { text: 'hm', thought: true },
      { text: '', thought: true, thoughtSignature: 'sig' },
    ]);
    expect(partsOf(own.write({ kind: 'refusal', text: 'no' }))).toEqual([{ text: 'no' }]);
  });
});

describe('calls', () => {
  it('come whole, as soon as their part is over', () => {
    const own = writer();
    expect(own.write(toolCall(0), piece(0, '{"a"'), piece(0, ':1}'))).toBe('');
    const frame = own.write(callEnd(0));
    expect(partsOf(frame)).toEqual([called(0, { a: 1 })]);
    expect(JSON.parse(frame.slice(6))).toMatchObject({ candidates: [{ index: 0 }] });
    expect(partsOf(own.end())).toEqual([{ text: '' }]);
  });

  it('llm-bridge’s wrong block: interleaved pieces stay with their calls', () => {
    const own = writer();
    own.write(toolCall(0), toolCall(1, 'g'), piece(1, '{"b":'), piece(0, '{"a":1'), piece(1, '2}'), piece(0, '}'));
    expect(partsOf(own.end())).toEqual([called(0, { a: 1 }), called(1, { b: 2 }, 'g')]);
  });

  it('a text between the pieces of a call does not cut it', () => {
    const own = writer();
    expect(partsOf(own.write(toolCall(0), piece(0, '{"a":'), text))).toEqual([{ text: 'hi' }]);
    own.write(piece(0, '1}'));
    expect(partsOf(own.end())).toEqual([called(0, { a: 1 })]);
  });

  it('what is said after a call comes after it', () => {
    expect(partsOf(writer().write(toolCall(0), piece(0, '{"a":1}'), text))).toEqual([called(0, { a: 1 }), { text: 'hi' }]);
    expect(partsOf(writer().write(toolCall(0), callEnd(0), text))).toEqual([called(0, {}), { text: 'hi' }]);
  });

  it('a megabyte of arguments is read once, not at each text that comes meanwhile', () => {
    const own = writer();
    const path = 'x'.repeat(1_000_000);
    const started = performance.now();
    own.write(toolCall(0), piece(0, `{"a":"${path}`));
    for (let turn = 0; turn < 2000; turn += 1) own.write(text);
    own.write(piece(0, '"}'));
    expect(partsOf(own.write(text))).toEqual([called(0, { a: path }), { text: 'hi' }]);
    // Texts end where brackets do: each looked like a whole object (a second and a half, when it was parsed each time).
    own.write(toolCall(1), piece(1, `{"a":[${'{},'.repeat(200_000)}{}`));
    for (let turn = 0; turn < 2000; turn += 1) own.write(text);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it('what comes after a call’s end is nobody’s, the end of another is not its own', () => {
    const own = writer();
    own.write(toolCall(0), toolCall(1), piece(1, '{"b":1}'), callEnd(1), piece(1, '{"b":2}'), callEnd(7), piece(0, '{"a":1}'));
    expect(partsOf(own.write(callEnd(0)))).toEqual([called(0, { a: 1 }), called(1, { b: 1 })]);
  });

  it('the end of a text is not the end of a call', () => {
    const own = writer();
    expect(partsOf(own.write(toolCall(0), piece(0, '{'), text, partEnd))).toEqual([{ text: 'hi' }]);
    own.write(piece(0, '"a":{}}'));
    expect(partsOf(own.end())).toEqual([called(0, { a: {} })]);
  });

  it('arguments that are no JSON are given as they are; pieces of no call are nobody’s', () => {
    const own = writer();
    own.write(toolCall(0), piece(0, 'not json'), piece(7, '{}'));
    expect(partsOf(own.end())).toEqual([called(0, { _raw: 'not json' })]);
  });
});
