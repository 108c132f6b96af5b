import { describe, expect, it } from 'vitest';
import { reportedError } from '../../../core/src/upstream/upstream-errors.ts';
import { anthropicException, converseException } from '../../../providers/bedrock/src/exceptions.ts';

const payload = '{"message":"Too many tokens, please wait before trying again."}';

describe('an exception inside a stream', () => {
  it.each([
    ['throttlingException', 'rate_limit_error'],
    ['ThrottlingException', 'rate_limit_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['validationException', 'invalid_request_error'],
    ['accessDeniedException', 'permission_error'],
    ['resourceNotFoundException', 'not_found_error'],
    ['modelNotReadyException', 'overloaded_error'],
    ['internalServerException', 'api_error'],
    ['modelStreamErrorException', 'api_error'],
    ['somethingNewException', 'api_error'],
    ['', 'api_error'],
  ])('%s is %s in the words of Anthropic', (type, expected) => {
    expect(anthropicException(type, payload)).toEqual({
      type: 'error',
      error: { type: expected, message: 'Too many tokens, please wait before trying again.' },
    });
  });

  it.each([
    ['throttlingException', 429],
    ['validationException', 400],
    ['accessDeniedException', 403],
    ['resourceNotFoundException', 404],
    ['modelTimeoutException', 408],
    ['modelNotReadyException', 429],
    ['internalServerException', 500],
    ['modelStreamErrorException', 424],
    ['serviceUnavailableException', 503],
    ['somethingNewException', undefined],
  ])('%s has the status that it would have had: %s', (type, code) => {
    const { error } = converseException(type, payload) as { error: { code?: number; type: string } };
    expect(error.code).toBe(code);
    expect(error.type).toBe(type);
  });

  it('is told to be a rate limit where it is one, for another target may be asked', () => {
    for (const make of [anthropicException, converseException]) {
      expect(reportedError(make('throttlingException', payload)).code).toBe('GW_UPSTREAM_RATE_LIMITED');
      expect(reportedError(make('internalServerException', payload)).code).toBe('GW_UPSTREAM_STREAM_ERROR');
    }
  });

  it.each([
    ['', ''],
    ['{}', '{}'],
    ['<html>', '<html>'],
    ['{"Message":"as some have it"}', 'as some have it'],
    ['{"message":7}', '{"message":7}'],
    ['[]', '[]'],
  ])('with the payload %j says %j', (given, message) => {
    expect(anthropicException('x', given)).toMatchObject({ error: { message } });
    expect(converseException('x', given)).toMatchObject({ error: { message } });
  });
});
