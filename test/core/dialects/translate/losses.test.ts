import { describe, expect, it } from 'vitest';
import { Losses, RequestLosses, refused } from '../../../../core/src/dialects/translate/losses.ts';

describe('Losses', () => {
  it('a refusal stands, whatever is dropped beside it', () => {
    const losses = new Losses<'a' | 'b'>();
    losses.drop('a');
    losses.refuse('a');
    losses.drop('a');
    losses.drop('b');
    losses.drop('b');
    expect(losses.list()).toEqual([
      { field: 'a', level: 'refuse' },
      { field: 'b', level: 'drop' },
    ]);
  });
});

describe('RequestLosses', () => {
  it('as many as a client likes are told as fifty and more; a refusal among them counts', () => {
    const losses = new RequestLosses();
    for (let index = 0; index < 1_000; index += 1) losses.drop(`messages[${index}]`);
    losses.refuse('messages[3]');
    losses.refuse('tools[7]');
    expect(losses.list()[3]).toEqual({ field: 'messages[3]', level: 'refuse' });
    expect(losses.list()).toHaveLength(51);
    expect(losses.list().at(-1)).toEqual({ field: '(more)', level: 'refuse' });
  });
});

describe('dropOthers', () => {
  it('repeats no key that could write into a header or a log', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ 'a\r\nset-cookie: b': 1, [`x${'y'.repeat(64)}`]: 1, naïve: 1, '': 1 }, new Set());
    expect(losses.list()).toEqual([{ field: '(other)', level: 'drop' }]);
  });

  it('names the others, where they stand, if they say something', () => {
    const losses = new RequestLosses();
    losses.dropOthers(
      { known: 1, min_p: 0.1, gone: null, empty: [], none: {}, 'x.y-z': false, zero: 0, full: [1], some: { a: 1 } },
      new Set(['known']),
      'at.',
    );
    expect(losses.list().map(({ field }) => field)).toEqual(['at.min_p', 'at.x.y-z', 'at.zero', 'at.full', 'at.some']);
  });

  it('cache_control is one loss, wherever it stands', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ cache_control: { type: 'ephemeral' } }, new Set(), 'tools[].');
    losses.dropOthers({ cache_control: { type: 'ephemeral' } }, new Set(), 'messages[].content[].');
    expect(losses.list()).toEqual([{ field: 'cache_control', level: 'drop' }]);
  });
});

describe('refuseAt', () => {
  it('says what was refused, unless that is no name', () => {
    const losses = new RequestLosses();
    losses.refuseAt('tools[0]', 'web_search');
    losses.refuseAt('tools[1]', 'a\r\nb');
    losses.refuseAt('tools[2]', '');
    expect(losses.list()).toEqual([
      { field: 'tools[0].web_search', level: 'refuse' },
      { field: 'tools[1]', level: 'refuse' },
      { field: 'tools[2]', level: 'refuse' },
    ]);
  });
});

it('refused is nothing, and noted', () => {
  const losses = new Losses<'images'>();
  expect(refused(losses, 'images')).toEqual([]);
  expect(losses.list()).toEqual([{ field: 'images', level: 'refuse' }]);
});
