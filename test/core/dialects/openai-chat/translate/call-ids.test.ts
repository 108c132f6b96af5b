import { describe, expect, it } from 'vitest';
import { CallIds } from '../../../../../core/src/dialects/openai-chat/translate/call-ids.ts';

describe('CallIds', () => {
  it('a result without a call has no id', () => {
    const ids = new CallIds();
    expect([ids.answer('look'), ids.answer(undefined)]).toEqual(['', '']);
    ids.make(1, 0, 'look');
    expect(ids.answer('other')).toBe('');
  });

  it('results find their calls by name and order, each once', () => {
    const ids = new CallIds();
    const [first, other, second] = [ids.make(1, 0, 'look'), ids.make(1, 1, 'other'), ids.make(3, 0, 'look')];
    expect(new Set([first, other, second]).size).toBe(3);
    expect([ids.answer('look'), ids.answer(undefined), ids.answer('look'), ids.answer('look'), ids.answer(undefined)]).toEqual([
      first,
      other,
      second,
      '',
      '',
    ]);
  });

  it('ids are by position: the same each turn', () => {
    expect(new CallIds().make(4, 2, 'a')).toBe(new CallIds().make(4, 2, 'a'));
  });

  it('many calls and results take time in proportion', () => {
    const ids = new CallIds();
    const started = performance.now();
    for (let index = 0; index < 50_000; index += 1) ids.make(0, index, `f${index % 2}`);
    for (let index = 0; index < 50_000; index += 1) ids.answer(index % 3 === 0 ? undefined : 'f1');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
