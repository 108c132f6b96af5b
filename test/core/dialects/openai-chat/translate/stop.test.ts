import { describe, expect, it } from 'vitest';
import { finishReasonOf, readStop } from '../../../../../core/src/dialects/openai-chat/translate/stop.ts';

describe('readStop', () => {
  it.each([undefined, null, '', 5, {}])('%j says nothing', (word) => {
    expect(readStop(word, false)).toBeUndefined();
  });

  it.each([
    ['stop', { kind: 'end' }],
    ['eos', { kind: 'end' }],
    ['length', { kind: 'length' }],
    ['model_length', { kind: 'length' }],
    ['tool_calls', { kind: 'toolCalls' }],
    ['function_call', { kind: 'toolCalls' }],
    ['content_filter', { kind: 'filtered' }],
    ['insufficient_system_resource', { kind: 'unknown', word: 'insufficient_system_resource' }],
    ['constructor', { kind: 'unknown', word: 'constructor' }],
  ])('%s', (word, stop) => {
    expect(readStop(word, false)).toEqual(stop);
  });

  it('vercel/ai#12218: stop with tool calls means the calls', () => {
    expect(readStop('stop', true)).toEqual({ kind: 'toolCalls' });
    expect(readStop('', true)).toEqual({ kind: 'toolCalls' });
  });

  it('calls that were cut stay cut', () => {
    expect(readStop('length', true)).toEqual({ kind: 'length' });
    expect(readStop('content_filter', true)).toEqual({ kind: 'filtered' });
  });
});

describe('finishReasonOf', () => {
  it('Portkey#363: has a word for every stop', () => {
    expect(finishReasonOf({ kind: 'end' }, false)).toBe('stop');
    expect(finishReasonOf({ kind: 'stopSequence', sequence: 'x' }, false)).toBe('stop');
    expect(finishReasonOf({ kind: 'length' }, false)).toBe('length');
    expect(finishReasonOf({ kind: 'toolCalls' }, false)).toBe('tool_calls');
    expect(finishReasonOf({ kind: 'filtered' }, false)).toBe('content_filter');
    expect(finishReasonOf({ kind: 'unknown', word: 'pause_turn' }, false)).toBe('pause_turn');
    expect(finishReasonOf(undefined, false)).toBeNull();
  });

  it('calls are what it stopped for, unless something worse happened', () => {
    expect(finishReasonOf({ kind: 'end' }, true)).toBe('tool_calls');
    expect(finishReasonOf(undefined, true)).toBe('tool_calls');
    expect(finishReasonOf({ kind: 'length' }, true)).toBe('length');
  });
});
