import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { anthropicError } from '../../../core/src/dialects/anthropic-errors.ts';
import { type ErrorType, GatewayError, gatewayError } from '../../../core/src/errors.ts';

const types: Readonly<Record<ErrorType, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  rate_limit: 'rate_limit_error',
  budget: 'billing_error',
  timeout: 'timeout_error',
  unavailable: 'overloaded_error',
  upstream: 'api_error',
  internal: 'api_error',
};

const refusal = new GatewayError({ status: 403, code: 'OFFICE_CLOSED', message: 'Come back at "nine".', param: 'model' });

/** What the SDK throws for an answer. */
async function thrown(status: number, body: string): Promise<InstanceType<typeof Anthropic.APIError>> {
  const fetch = async (): Promise<Response> =>
    new Response(body, { status, headers: { 'content-type': 'application/json', 'request-id': 'the-id' } });
  const client = new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:9', maxRetries: 0, fetch });
  const call = client.messages.create({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] });
  return (await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )) as InstanceType<typeof Anthropic.APIError>;
}

describe('anthropicError', () => {
  it.each(Object.entries(types))('%s is Anthropic’s %s', (type, expected) => {
    const error = new GatewayError({ status: 400, code: 'X', message: 'no', type: type as ErrorType });
    expect(JSON.parse(anthropicError(error, 'r'))).toMatchObject({ type: 'error', error: { type: expected }, request_id: 'r' });
  });

  it('says what happened, in which field, and whether to try again', () => {
    expect(JSON.parse(anthropicError(refusal, 'the-id'))).toEqual({
      type: 'error',
      error: {
        type: 'permission_error',
        message: 'Come back at "nine".',
        details: { error_code: 'OFFICE_CLOSED' },
        param: 'model',
        code: 'OFFICE_CLOSED',
        retryable: false,
      },
      request_id: 'the-id',
    });
    expect(JSON.parse(anthropicError(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r'))).toMatchObject({
      error: { param: null, retryable: true },
    });
  });

  it('is an exception of the SDK’s with its type, its words and our code', async () => {
    const error = await thrown(403, anthropicError(refusal, 'the-id'));
    expect(error).toBeInstanceOf(Anthropic.PermissionDeniedError);
    expect([error.type, error.apiMessage, error.errorCode, error.requestID]).toEqual([
      'permission_error',
      'Come back at "nine".',
      'OFFICE_CLOSED',
      'the-id',
    ]);
  });
});
