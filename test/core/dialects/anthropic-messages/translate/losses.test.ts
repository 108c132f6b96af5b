import { describe, expect, it } from 'vitest';
import { Losses, RequestLosses } from '../../../../../core/src/dialects/anthropic-messages/translate/losses.ts';

describe('Losses', () => {
  it('a refusal stands, whatever is dropped beside it', () => {
    const losses = new Losses<'a' | 'b'>();
    losses.drop('a');
    losses.refuse('a');
    losses.drop('a');
    losses.drop('b');
    expect(losses.list()).toEqual([
      { field: 'a', level: 'refuse' },
      { field: 'b', level: 'drop' },
    ]);
  });
});

describe('dropOthers', () => {
  it('repeats no key that could write into a header or a log', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ 'a\r\nset-cookie: b': 1, [`x${'y'.repeat(64)}`]: 1, '': 1 }, new Set(), 'at.');
    expect(losses.list()).toEqual([{ field: 'at.(other)', level: 'drop' }]);
  });

  it('names the others where they stand; null says nothing', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ known: 1, speed: 'fast', gone: null }, new Set(['known']), 'at.');
    expect(losses.list()).toEqual([{ field: 'at.speed', level: 'drop' }]);
  });

  it('cache_control is one loss, wherever it stands', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ cache_control: {} }, new Set(), 'tools[].');
    losses.dropOthers({ cache_control: {} }, new Set(), 'messages[].content[].');
    expect(losses.list()).toEqual([{ field: 'cache_control', level: 'drop' }]);
  });
});
