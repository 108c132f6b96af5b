import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentCalls } from '../../../../../core/src/dialects/openai-responses/translate/sent-calls.ts';
import type { NeutralToolCall, NeutralToolResult } from '../../../../../core/src/model/neutral.ts';

const call = (id: string, name = 'f'): NeutralToolCall => ({ kind: 'toolCall', id, name, arguments: '{}', opaque: undefined });
const result = (callId: string, name?: string): NeutralToolResult => ({ callId, name, parts: [], isError: false });

describe('SentCalls', () => {
  it('keeps an id that OpenAI takes, and makes of a longer one always the same', () => {
    const long = 'a'.repeat(65);
    const [first, second] = [new SentCalls(), new SentCalls()];
    expect([first.call(call('a'.repeat(64))), first.call(call('fc|1'))]).toEqual(['a'.repeat(64), 'fc|1']);
    second.call(call('other'));
    const made = first.call(call(long));
    expect(made).toMatch(/^call_[0-9a-f]{24}$/);
    expect(second.call(call(long))).toBe(made);
    expect(first.answer(result(long))).toBe(made);
  });

  it('vercel/ai#19319, #19091: calls without ids get some, and results find theirs by name and order', () => {
    const ids = new SentCalls();
    const [a, b, c] = [ids.call(call('', 'f')), ids.call(call('', 'g')), ids.call(call('', 'f'))];
    expect(new Set([a, b, c]).size).toBe(3);
    expect([ids.answer(result('', 'g')), ids.answer(result('', 'f')), ids.answer(result('', 'f')), ids.answer(result('', 'f'))]).toEqual([
      b,
      a,
      c,
      undefined,
    ]);
  });

  it('vercel/ai#4936: the same id twice is two calls, answered in their order', () => {
    const ids = new SentCalls();
    const [a, b] = [ids.call(call('x')), ids.call(call('x'))];
    expect(a).toBe('x');
    expect(b).not.toBe('x');
    expect([ids.answer(result('x')), ids.answer(result('x')), ids.answer(result('x'))]).toEqual([a, b, undefined]);
  });

  it('knows which calls nobody answered', () => {
    const ids = new SentCalls();
    ids.call(call('a'));
    ids.call(call('b'));
    ids.answer(result('a'));
    expect([...ids.unanswered()]).toEqual(['b']);
    expect(ids.answer(result('never'))).toBeUndefined();
  });

  it('never gives two calls one id, nor one that OpenAI does not take; each result finds one', () => {
    const given = fc.oneof(fc.constantFrom('', 'a', 'b', 'c'.repeat(70)), fc.string({ maxLength: 80 }));
    fc.assert(
      fc.property(fc.array(given), (all) => {
        const ids = new SentCalls();
        const sent = all.map((id) => ids.call(call(id)));
        expect(new Set(sent).size).toBe(all.length);
        expect(sent.every((id) => id.length > 0 && id.length <= 64)).toBe(true);
        expect(new Set(all.map((id) => ids.answer(result(id))))).toEqual(new Set(sent));
        expect(ids.unanswered().size).toBe(0);
      }),
    );
  });
});
