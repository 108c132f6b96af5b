import { describe, expect, it } from 'vitest';
import { candidateOf, textField } from '../../../../../core/src/dialects/google-generate-content/translate/candidate.ts';

describe('candidateOf', () => {
  it.each([
    {},
    { candidates: null },
    { candidates: 'x' },
    { candidates: [] },
    { candidates: [null, 7] },
    { promptFeedback: {} },
    { promptFeedback: 'x' },
  ])('%j has none', (body) => {
    expect(candidateOf(body)).toEqual({ parts: [], finishReason: undefined });
  });

  it.each([{ content: null }, { content: [] }, { content: { parts: 'x' } }, { content: { parts: [null, 1] } }])(
    '%j has no parts',
    (candidate) => {
      expect(candidateOf({ candidates: [{ ...candidate, finishReason: 'STOP' }] })).toEqual({ parts: [], finishReason: 'STOP' });
    },
  );

  it('a blocked prompt is filtered, whatever the reason', () => {
    for (const blockReason of ['SAFETY', 'MODEL_ARMOR', 'JAILBREAK', 1])
      expect(candidateOf({ promptFeedback: { blockReason } }).finishReason).toBe('SAFETY');
    expect(candidateOf({ prompt_feedback: { block_reason: 'BLOCKED_REASON_UNSPECIFIED' } }).finishReason).toBeUndefined();
    expect(candidateOf({ promptFeedback: { blockReason: 'SAFETY' }, candidates: [{ finishReason: 'STOP' }] }).finishReason).toBe('STOP');
  });

  it('is the first, in either spelling', () => {
    const body = { candidates: [{ content: { parts: [{ text: 'a' }] }, finish_reason: 'STOP' }, { content: { parts: [{ text: 'b' }] } }] };
    expect(candidateOf(body)).toEqual({ parts: [{ text: 'a' }], finishReason: 'STOP' });
  });
});

it('textField is a text or nothing', () => {
  expect(['a', 'b', 'cD', 'x'].map((name) => textField({ a: 'a', b: 1, c_d: 'd' }, name))).toEqual(['a', '', 'd', '']);
});
