import { describe, expect, it } from 'vitest';
import { openaiRefusal } from '../../../core/src/dialects/openai-refusal.ts';

describe('openaiRefusal', () => {
  it.each([
    [{ error: { code: 'insufficient_quota', type: 'insufficient_quota' } }, true],
    [{ error: { code: null, type: 'insufficient_quota' } }, true],
    [{ error: { code: 'billing_hard_limit_reached' } }, true],
    [{ error: { code: 'rate_limit_exceeded', type: 'requests' } }, false],
    [{ error: { message: 'insufficient_quota' } }, false],
    [{ error: 'insufficient_quota' }, false],
    [{ code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***' }, true],
    [{ code: 'x', error: 'The incorrect api key' }, false],
    [{}, false],
  ])('%j: the account is out of money, or the key is wrong: %s', (body, badCredential) => {
    expect(openaiRefusal(body as never)).toEqual({ badCredential, waitMs: undefined });
  });
});
