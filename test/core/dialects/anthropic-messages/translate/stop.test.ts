import { describe, expect, it } from 'vitest';
import { readStop, stopMembers } from '../../../../../core/src/dialects/anthropic-messages/translate/stop.ts';

describe('readStop', () => {
  it.each([undefined, null, '', 5, {}])('%j says nothing', (word) => {
    expect(readStop(word, null, false)).toBeUndefined();
  });

  it.each([
    ['end_turn', { kind: 'end' }],
    ['max_tokens', { kind: 'length' }],
    ['model_context_window_exceeded', { kind: 'length' }],
    ['tool_use', { kind: 'toolCalls' }],
    ['refusal', { kind: 'filtered' }],
    ['pause_turn', { kind: 'unknown', word: 'pause_turn' }],
    ['compaction', { kind: 'unknown', word: 'compaction' }],
    ['constructor', { kind: 'unknown', word: 'constructor' }],
  ])('Portkey#363: %s', (word, stop) => {
    expect(readStop(word, null, false)).toEqual(stop);
  });

  it('keeps the sequence', () => {
    expect(readStop('stop_sequence', '###', false)).toEqual({ kind: 'stopSequence', sequence: '###' });
    expect(readStop('stop_sequence', null, false)).toEqual({ kind: 'stopSequence', sequence: undefined });
  });

  it('end_turn, or nothing, after calls means the calls; what was cut stays cut', () => {
    expect(readStop('end_turn', null, true)).toEqual({ kind: 'toolCalls' });
    expect(readStop(undefined, null, true)).toEqual({ kind: 'toolCalls' });
    expect(readStop('max_tokens', null, true)).toEqual({ kind: 'length' });
  });
});

describe('stopMembers', () => {
  const plain = { calledTools: false, refused: false };
  const called = { calledTools: true, refused: false };

  it('litellm#34692: tool_use whenever a tool was called, unless something worse happened', () => {
    expect(stopMembers({ kind: 'end' }, called).stop_reason).toBe('tool_use');
    expect(stopMembers({ kind: 'stopSequence', sequence: 'x' }, called)).toEqual({ stop_reason: 'tool_use', stop_sequence: null });
    expect(stopMembers(undefined, called).stop_reason).toBe('tool_use');
    expect(stopMembers({ kind: 'length' }, called).stop_reason).toBe('max_tokens');
  });

  it('has a word for every stop, and invents none', () => {
    expect(stopMembers({ kind: 'end' }, plain).stop_reason).toBe('end_turn');
    expect(stopMembers({ kind: 'stopSequence', sequence: '###' }, plain)).toEqual({ stop_reason: 'stop_sequence', stop_sequence: '###' });
    expect(stopMembers({ kind: 'stopSequence', sequence: undefined }, plain)).toEqual({
      stop_reason: 'stop_sequence',
      stop_sequence: null,
    });
    expect(stopMembers({ kind: 'length' }, plain).stop_reason).toBe('max_tokens');
    expect(stopMembers({ kind: 'filtered' }, plain).stop_reason).toBe('refusal');
    expect(stopMembers({ kind: 'unknown', word: 'MALFORMED_FUNCTION_CALL' }, plain).stop_reason).toBe('MALFORMED_FUNCTION_CALL');
    expect(stopMembers(undefined, plain)).toEqual({ stop_reason: null, stop_sequence: null });
  });

  it("the model's own refusal is one", () => {
    expect(stopMembers({ kind: 'end' }, { calledTools: false, refused: true }).stop_reason).toBe('refusal');
  });
});
