import { describe, expect, it } from 'vitest';
import { googleRefusal } from '../../../core/src/dialects/google-refusal.ts';

const refusal = (...details: readonly object[]) => googleRefusal({ error: { code: 400, message: 'x', details } } as never);

describe('googleRefusal', () => {
  it('knows a key that is wrong or too old, whatever the status says', () => {
    for (const reason of ['API_KEY_INVALID', 'API_KEY_EXPIRED'])
      expect(refusal({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }).badCredential).toBe(true);
    expect(refusal({ reason: 'API_KEY_SERVICE_BLOCKED' }).badCredential).toBe(false);
  });

  it('reads the wait', () => {
    expect(
      refusal({ reason: 'x' }, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.074824224s' }).waitMs,
    ).toBeCloseTo(34_074.824);
    expect(refusal({ retryDelay: '0s' }).waitMs).toBe(0);
  });

  it.each(['34', '-1s', '1e3s', 's', 5, null, { s: 1 }, `${'9'.repeat(400)}s`])('takes %j for no wait', (retryDelay) => {
    expect(refusal({ retryDelay } as object).waitMs).toBeUndefined();
  });

  it.each([{}, { error: null }, { error: 'x' }, { error: { details: 'x' } }, { error: { details: [null, 1, 'x'] } }])(
    'says nothing of %j',
    (body) => {
      expect(googleRefusal(body as never)).toEqual({ badCredential: false, waitMs: undefined });
    },
  );
});
