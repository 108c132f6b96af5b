import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { NotNow } from '../../../core/src/upstream/not-now.ts';

describe('NotNow', () => {
  it('passes over a target like a plugin does, and says for how long', () => {
    const notNow = new NotNow('is full', 250);
    expect(notNow).toBeInstanceOf(SkipTarget);
    expect(notNow).toMatchObject({ message: 'is full', retryAfterMs: 250 });
  });
});
