import { describe, expect, it } from 'vitest';
import { readStop, statusOf } from '../../../../../core/src/dialects/openai-responses/translate/stop.ts';

describe('readStop', () => {
  it.each([
    [{ status: 'completed' }, false, { kind: 'end' }],
    [{ status: 'completed' }, true, { kind: 'toolCalls' }],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, true, { kind: 'length' }],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, false, { kind: 'filtered' }],
    [{ status: 'incomplete', incomplete_details: { reason: 'steered' } }, false, { kind: 'unknown', word: 'steered' }],
    [{ status: 'incomplete', incomplete_details: null }, false, { kind: 'unknown', word: 'incomplete' }],
    [{ incomplete_details: { reason: 'max_output_tokens' } }, false, { kind: 'length' }],
    [{ status: 'cancelled' }, false, { kind: 'unknown', word: 'cancelled' }],
    [{}, false, undefined],
    [{ status: 7, incomplete_details: 'x' }, false, undefined],
    [{}, true, { kind: 'toolCalls' }],
  ] as const)('of %j, tools called: %j, is %j', (response, calledTools, stop) => {
    expect(readStop(response, calledTools)).toEqual(stop);
  });
});

describe('statusOf', () => {
  it('calls an answer cut only when it was', () => {
    expect(statusOf({ kind: 'length' })).toEqual({ status: 'incomplete', reason: 'max_output_tokens' });
    expect(statusOf({ kind: 'filtered' })).toEqual({ status: 'incomplete', reason: 'content_filter' });
    for (const stop of [
      undefined,
      { kind: 'end' },
      { kind: 'toolCalls' },
      { kind: 'stopSequence', sequence: 'x' },
      { kind: 'unknown', word: 'odd' },
    ] as const)
      expect(statusOf(stop)).toEqual({ status: 'completed', reason: undefined });
  });
});
