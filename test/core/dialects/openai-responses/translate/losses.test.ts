import { describe, expect, it } from 'vitest';
import { Losses, RequestLosses } from '../../../../../core/src/dialects/openai-responses/translate/losses.ts';

describe('Losses', () => {
  it('names each field once, with the graver level', () => {
    const losses = new Losses<string>();
    losses.drop('a');
    losses.refuse('a');
    losses.refuse('b');
    losses.drop('b');
    losses.drop('c');
    losses.drop('c');
    expect(losses.list()).toEqual([
      { field: 'a', level: 'refuse' },
      { field: 'b', level: 'refuse' },
      { field: 'c', level: 'drop' },
    ]);
  });
});

describe('RequestLosses', () => {
  it('repeats no key in a header that could break it', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ 'a\r\nset-cookie: x': 1, 'ü☃': 1, ['k'.repeat(65)]: 1, fine_1: 1 }, new Set());
    expect(losses.list().map(({ field }) => field)).toEqual(['(other)', 'fine_1']);
  });

  it('says what was refused, unless that is no name', () => {
    const losses = new RequestLosses();
    losses.refuseAt('tools[0]', 'web_search');
    losses.refuseAt('tools[1]', 'a\r\nb');
    expect(losses.list()).toEqual([
      { field: 'tools[0].web_search', level: 'refuse' },
      { field: 'tools[1]', level: 'refuse' },
    ]);
  });

  it('notes what says something and is not known', () => {
    const losses = new RequestLosses();
    losses.dropOthers(
      { known: 1, nothing: null, empty: [], none: {}, no: false, zero: 0, full: [1], some: { a: 1 } },
      new Set(['known']),
      'x.',
    );
    expect(losses.list().map(({ field }) => field)).toEqual(['x.no', 'x.zero', 'x.full', 'x.some']);
  });
});
