import { describe, expect, it } from 'vitest';
import { readStop, writeStop } from '../../../../../core/src/dialects/google-generate-content/translate/stop.ts';

const broken = [
  ...['LANGUAGE', 'OTHER', 'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'],
  ...['NO_IMAGE', 'IMAGE_OTHER', 'MALFORMED_RESPONSE'],
];

describe('readStop', () => {
  it.each([undefined, null, '', {}, 'FINISH_REASON_UNSPECIFIED', 0])('%j says nothing', (word) => {
    expect(readStop(word, true)).toBeUndefined();
  });

  it('vercel/ai#12218, claude-code-router#160: STOP with calls is a stop for tools', () => {
    expect(readStop('STOP', true)).toEqual({ kind: 'toolCalls' });
    expect(readStop('STOP', false)).toEqual({ kind: 'end' });
    expect(readStop(1, true)).toEqual({ kind: 'toolCalls' });
  });

  it('calls do not hide why it broke off', () => {
    expect(readStop('MAX_TOKENS', true)).toEqual({ kind: 'length' });
    expect(readStop('SAFETY', true)).toEqual({ kind: 'filtered' });
  });

  it.each(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY', 3, 4])('%s is a filter', (word) => {
    expect(readStop(word, false)).toEqual({ kind: 'filtered' });
  });

  it.each(['SOMETHING_NEW', ...broken])('%s stays the word it is', (word) => {
    expect(readStop(word, false)).toEqual({ kind: 'unknown', word });
  });

  it('a cap of the request is a cap', () => {
    expect([2, 'MAX_TOKENS', 'CONTINUATION'].map((word) => readStop(word, false))).toEqual(Array(3).fill({ kind: 'length' }));
  });

  it('a number that means two things stays a number', () => {
    expect(readStop(9, false)).toEqual({ kind: 'unknown', word: '9' });
  });
});

describe('writeStop', () => {
  it('says nothing while nobody knows', () => {
    expect(writeStop(undefined)).toEqual({});
  });

  it.each([
    [{ kind: 'end' }, 'STOP'],
    [{ kind: 'toolCalls' }, 'STOP'],
    [{ kind: 'stopSequence', sequence: 'x' }, 'STOP'],
    [{ kind: 'length' }, 'MAX_TOKENS'],
    [{ kind: 'filtered' }, 'SAFETY'],
  ] as const)('%j is %s', (stop, finishReason) => {
    expect(writeStop(stop)).toEqual({ finishReason });
  });

  it.each(broken)('%s is Google’s own', (word) => {
    expect(writeStop({ kind: 'unknown', word })).toEqual({ finishReason: word });
  });

  it('no word of another provider stands in the enum, but it is not lost', () => {
    expect(writeStop({ kind: 'unknown', word: 'pause_turn' })).toEqual({ finishReason: 'OTHER', finishMessage: 'pause_turn' });
  });
});
