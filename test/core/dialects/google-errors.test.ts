import { describe, expect, it } from 'vitest';
import { googleError } from '../../../core/src/dialects/google-errors.ts';
import { type ErrorType, errorTable, GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';

interface Said {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly status: string;
    readonly details: readonly Record<string, unknown>[];
  };
}

const said = (error: GatewayError): Said => JSON.parse(googleError(error, 'req_1')) as Said;
const retryDelay = (headers: Record<string, string>): unknown =>
  said(gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers })).error.details.find((detail) => String(detail['@type']).endsWith('RetryInfo'))
    ?.retryDelay;

describe('googleError', () => {
  it('is the object that all Google APIs share, with our code as its reason and the field at fault', () => {
    const error = gatewayError('GW_BAD_REQUEST', { details: { field: 'contents', expected: 'x', received: 'y' }, param: 'contents' });
    expect(said(error)).toEqual({
      error: {
        code: 400,
        message: 'contents: expected x, received y.',
        status: 'INVALID_ARGUMENT',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'GW_BAD_REQUEST', domain: 'express-ai-gateway' },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req_1' },
          { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents' }] },
        ],
      },
    });
  });

  it('names no field where none is at fault', () => {
    expect(said(gatewayError('GW_CLOSING')).error.details.map((detail) => detail['@type'])).toEqual([
      ...['type.googleapis.com/google.rpc.ErrorInfo', 'type.googleapis.com/google.rpc.RequestInfo'],
    ]);
  });

  it.each([
    [{ 'retry-after': '7' }, '7s'],
    [{ 'retry-after': '7', 'retry-after-ms': '6400' }, '6.4s'],
    [{ 'retry-after-ms': '1' }, '0.001s'],
    [{ 'retry-after': '7', 'retry-after-ms': 'soon' }, '7s'],
    [{ 'retry-after': '0' }, '0s'],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'Wed, 25 Nov 2026 00:00:00 GMT' }, undefined],
    [{}, undefined],
  ])('with %j the wait is %s', (headers, delay) => {
    expect(retryDelay(headers as Record<string, string>)).toBe(delay);
  });

  it.each(Object.keys(errorTable) as GatewayErrorCode[])(
    '%s has a number the SDK throws on and a word of Google’s, on one line',
    (code) => {
      const text = googleError(gatewayError(code), 'r');
      expect(text).not.toContain('\n'); // it goes into a data: line as it is
      const { error } = JSON.parse(text) as Said;
      expect(error.code).toBe(errorTable[code].status);
      expect(Number.isInteger(error.code) && error.code >= 400 && error.code < 600).toBe(true);
      expect(error.status).toMatch(/^[A-Z_]+$/);
    },
  );

  it('words of Google stand for each kind of error', () => {
    const kinds: Partial<Record<ErrorType, string>> = {
      rate_limit: 'RESOURCE_EXHAUSTED',
      budget: 'RESOURCE_EXHAUSTED',
      authentication: 'UNAUTHENTICATED',
      permission: 'PERMISSION_DENIED',
      not_found: 'NOT_FOUND',
      timeout: 'DEADLINE_EXCEEDED',
      unavailable: 'UNAVAILABLE',
      internal: 'INTERNAL',
    };
    for (const [type, word] of Object.entries(kinds))
      expect(said(new GatewayError({ status: 400, code: 'X', message: 'm', type: type as ErrorType })).error.status).toBe(word);
  });
});
