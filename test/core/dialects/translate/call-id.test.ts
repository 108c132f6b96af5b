import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerCallIds, callId, UniqueCallIds } from '../../../../core/src/dialects/translate/call-id.ts';

const rules = { prefix: 'call_', taken: /^[\w-]{1,40}$/ };
const anyId = fc.oneof(fc.constantFrom('', 'a', 'b', 'c'.repeat(70), 'fc|1'), fc.string({ unit: 'binary', maxLength: 600 }));

describe('callId', () => {
  it('vercel/ai#19319: an empty id could not be answered', () => {
    expect(callId('', '1:0', rules)).toMatch(/^call_[0-9a-f]{24}$/);
    expect(callId('', '1:0', rules)).not.toBe(callId('', '1:1', rules));
  });

  it("Responses' ids, of 450 characters and with a bar, are told by a shorter one", () => {
    expect(callId(`call_1|fc_${'a'.repeat(440)}`, '0', rules)).toMatch(/^call_[0-9a-f]{24}$/);
    expect(callId('a'.repeat(40), '0', rules)).toBe('a'.repeat(40));
  });

  it('the same id is the same each turn, wherever it stands, and always one that is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (id) => {
        const made = callId(id, '0', rules);
        expect(made).toMatch(rules.taken);
        expect(callId(id, '9', rules)).toBe(made);
        expect(callId(made, '1', rules)).toBe(made);
      }),
    );
  });
});

describe('UniqueCallIds', () => {
  it('vercel/ai#4936: the same id twice is two calls', () => {
    const ids = new UniqueCallIds(rules);
    const [first, second, third] = [ids.next('x'), ids.next('x'), ids.next('x')];
    expect(first).toBe('x');
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('no two alike, all taken, and what was said before keeps its ids in the next turn', () => {
    fc.assert(
      fc.property(fc.array(anyId), anyId, (all, next) => {
        const [ids, later] = [new UniqueCallIds(rules), new UniqueCallIds(rules)];
        const sent = all.map((id) => ids.next(id));
        expect(new Set(sent).size).toBe(all.length);
        for (const id of sent) expect(id).toMatch(rules.taken);
        expect([...all, next].map((id) => later.next(id)).slice(0, -1)).toEqual(sent);
      }),
    );
  });
});

describe('AnswerCallIds', () => {
  it('an id is the provider’s own, whatever it looks like', () => {
    expect(new AnswerCallIds('call_', 'answer').next('fc|'.repeat(99))).toBe('fc|'.repeat(99));
  });

  it('vercel/ai#19319, #4936: none and the same twice are made, other ones in each answer', () => {
    const [one, other] = [new AnswerCallIds('toolu_', 'a'), new AnswerCallIds('toolu_', 'b')];
    const made = [one.next(''), one.next(''), one.next('x'), one.next('x'), other.next('')];
    expect(made[2]).toBe('x');
    expect(new Set(made).size).toBe(5);
    for (const id of made.toSpliced(2, 1)) expect(id).toMatch(/^toolu_[0-9a-f]{24}$/);
    expect(new AnswerCallIds('toolu_', 'a').next('')).toBe(made[0]);
  });
});
