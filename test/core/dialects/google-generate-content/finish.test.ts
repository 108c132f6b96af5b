import { describe, expect, it } from 'vitest';
import { blockOf, finishOf, finishReason } from '../../../../core/src/dialects/google-generate-content/finish.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';

describe('finishOf', () => {
  it.each([
    [{ finishReason: 'STOP' }, 'STOP'],
    [{ finishReason: 'SOMETHING_NEW' }, 'SOMETHING_NEW'],
    [{ finish_reason: 'STOP' }, 'STOP'],
    [{ finishReason: 2 }, '2'], // $alt=json;enum-encoding=int
    [{ finishReason: 0 }, undefined],
    [{ finishReason: 'FINISH_REASON_UNSPECIFIED' }, undefined],
    [{ finishReason: '' }, undefined],
    [{ finishReason: null }, undefined],
    [{ finishReason: {} }, undefined],
    [{}, undefined],
  ])('%j: %s', (candidate, finish) => {
    expect(finishOf(candidate as JsonObject)).toBe(finish);
  });
});

describe('blockOf', () => {
  it('is why a prompt has no candidates', () => {
    expect(blockOf({ promptFeedback: { blockReason: 'SAFETY' } })).toBe('SAFETY');
    expect(blockOf({ promptFeedback: { blockReason: 'SAFETY' }, candidates: [] })).toBe('SAFETY');
    expect(blockOf({ promptFeedback: { blockReason: 'BLOCKED_REASON_UNSPECIFIED' } })).toBeUndefined();
    expect(blockOf({ promptFeedback: { safetyRatings: [] } })).toBeUndefined();
    expect(blockOf({ promptFeedback: { blockReason: 'SAFETY' }, candidates: [{}] })).toBeUndefined();
    for (const body of [{}, { promptFeedback: null }, { promptFeedback: 'x' }]) expect(blockOf(body)).toBeUndefined();
  });
});

describe('finishReason', () => {
  it('is that of the first candidate, or of the prompt', () => {
    expect(finishReason({ candidates: [{ finishReason: 'MAX_TOKENS' }, { finishReason: 'STOP' }] })).toBe('MAX_TOKENS');
    expect(finishReason({ promptFeedback: { blockReason: 'MODEL_ARMOR' } })).toBe('MODEL_ARMOR');
    for (const body of [
      null,
      [],
      'x',
      {},
      { candidates: {} },
      { candidates: [] },
      { candidates: [null] },
      { candidates: [{}] },
    ] as JsonValue[])
      expect(finishReason(body)).toBeUndefined();
  });
});
