import { describe, expect, it } from 'vitest';
import { Losses, placeName, RequestLosses } from '../../../../../core/src/dialects/google-generate-content/translate/losses.ts';

describe('Losses', () => {
  it('names each field once, with the graver level', () => {
    const losses = new Losses<'a' | 'b'>();
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

describe('dropOthers', () => {
  it('knows fields in both spellings, and takes null for nothing', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ safety_settings: [], safetyRatings: null, labels: {}, extra: 1 }, ['safetySettings', 'labels'], 'x.');
    expect(losses.list()).toEqual([{ field: 'x.extra', level: 'drop' }]);
  });

  it('repeats no key that is not a name', () => {
    const losses = new RequestLosses();
    losses.dropOthers({ 'a\r\nset-cookie: x': 1, ['k'.repeat(65)]: 2 }, []);
    expect(losses.list()).toEqual([{ field: '(other)', level: 'drop' }]);
  });
});

it('placeName reads like code', () => {
  expect(placeName(['contents', 2, 'parts', 0])).toBe('contents[2].parts[0]');
});
