import { describe, expect, it } from 'vitest';
import { openaiError } from '../../../core/src/dialects/openai-errors.ts';
import { type ErrorType, errorTable, GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';

describe('openaiError', () => {
  it('has the members that the SDK shows, and what helps the operator', () => {
    const error = gatewayError('GW_BAD_REQUEST', { details: { field: 'n', expected: 'x', received: 'y' }, param: 'n' });
    expect(JSON.parse(openaiError(error, 'req_1'))).toEqual({
      error: {
        message: 'n: expected x, received y.',
        type: 'invalid_request_error',
        param: 'n',
        code: 'GW_BAD_REQUEST',
        request_id: 'req_1',
        retryable: false,
      },
    });
  });

  it('says null where no field is at fault', () => {
    expect(JSON.parse(openaiError(gatewayError('GW_CLOSING'), 'r'))).toMatchObject({ error: { param: null, retryable: true } });
  });

  it.each(Object.keys(errorTable) as GatewayErrorCode[])('%s has a type, on one line', (code) => {
    const text = openaiError(gatewayError(code), 'r');
    expect(text).not.toContain('\n'); // it goes into a data: line as it is
    const { error } = JSON.parse(text) as { error: Record<string, unknown> };
    expect(error.code).toBe(code);
    expect(error.type).toMatch(/^[a-z_]+$/);
  });

  it('words of OpenAI stand for each kind of error', () => {
    const kinds: Partial<Record<ErrorType, string>> = {
      rate_limit: 'rate_limit_error',
      authentication: 'authentication_error',
      budget: 'insufficient_quota',
    };
    for (const [type, word] of Object.entries(kinds)) {
      const error = new GatewayError({ status: 400, code: 'X', message: 'm', type: type as ErrorType });
      expect(JSON.parse(openaiError(error, 'r'))).toMatchObject({ error: { type: word } });
    }
  });
});
