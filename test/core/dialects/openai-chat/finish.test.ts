import { describe, expect, it } from 'vitest';
import { hasFinishReason } from '../../../../core/src/dialects/openai-chat/finish.ts';

describe('hasFinishReason', () => {
  it('is true once a reason is there; some servers send an empty one until then', () => {
    expect(
      [{ finish_reason: 'stop' }, { finish_reason: '' }, { finish_reason: null }, {}].map((choice) => hasFinishReason(choice)),
    ).toEqual([true, false, false, false]);
  });
});
