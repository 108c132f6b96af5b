import { describe, expect, it } from 'vitest';
import { finishReason, readStop } from '../../../../providers/bedrock/src/converse/stop.ts';

describe('a stop reason of Converse', () => {
  it.each([
    ['end_turn', { kind: 'end' }],
    ['max_tokens', { kind: 'length' }],
    ['model_context_window_exceeded', { kind: 'length' }],
    ['tool_use', { kind: 'toolCalls' }],
    ['guardrail_intervened', { kind: 'filtered' }],
    ['content_filtered', { kind: 'filtered' }],
    ['malformed_tool_use', { kind: 'unknown', word: 'malformed_tool_use' }],
    ['something_new', { kind: 'unknown', word: 'something_new' }],
    ['stop_sequence', { kind: 'stopSequence', sequence: undefined }],
  ])('%s', (stopReason, stop) => {
    expect(readStop({ stopReason }, false)).toEqual(stop);
  });

  it.each([[{}], [{ stopReason: null }], [{ stopReason: '' }], [{ stopReason: 7 }]])('is unknown in %j', (message) => {
    expect(readStop(message, false)).toBeUndefined();
    expect(finishReason(message)).toBeUndefined();
  });

  it('vercel/ai#12218: is a call where tools were called, whatever the word is', () => {
    expect(readStop({ stopReason: 'end_turn' }, true)).toEqual({ kind: 'toolCalls' });
    expect(readStop({}, true)).toEqual({ kind: 'toolCalls' });
    expect(readStop({ stopReason: 'max_tokens' }, true)).toEqual({ kind: 'length' });
  });

  it('names the sequence where Claude itself said it', () => {
    const stopped = (fields: object) => readStop({ stopReason: 'stop_sequence', additionalModelResponseFields: fields as never }, false);
    expect(stopped({ stop_sequence: 'END' })).toEqual({ kind: 'stopSequence', sequence: 'END' });
    expect(stopped({ delta: { stop_sequence: 'END' } })).toEqual({ kind: 'stopSequence', sequence: 'END' });
    for (const odd of [{ stop_sequence: null }, { delta: null }, [], 'x', null])
      expect(stopped(odd as object)).toEqual({ kind: 'stopSequence', sequence: undefined });
  });

  it("is the provider's own word for logs", () => {
    expect(finishReason({ stopReason: 'guardrail_intervened' })).toBe('guardrail_intervened');
    expect(finishReason('x')).toBeUndefined();
  });
});
