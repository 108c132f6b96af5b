import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorTable, GatewayError, gatewayError } from '../../../core/src/errors.ts';
import { failureClass, failureClasses } from '../../../core/src/resilience/failure-class.ts';

const stands = { retry: false, fallback: 'never', credential: false, health: 'neutral' };

/** Codes that the upstream's folder knows, which end an exchange before or without an attempt. */
const noAttempts = ['GW_BODY_TOO_LARGE', 'GW_IDEMPOTENCY_IN_FLIGHT', 'GW_IDEMPOTENCY_MISMATCH'];

/** Every code of the gateway's that the sources which make attempts name. */
function codesOfAttempts(): string[] {
  const folder = new URL('../../../core/src/upstream/', import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  return [...new Set(sources.flatMap((source) => source.match(/\bGW_[A-Z_]+\b/g) ?? []))];
}

describe('the class of a failure', () => {
  it('is written down for every code that an attempt can end with', () => {
    const upstream = Object.keys(errorTable).filter((code) => code.startsWith('GW_UPSTREAM_'));
    const found = [...upstream, ...codesOfAttempts()].filter((code) => !noAttempts.includes(code));
    expect(found.length).toBeGreaterThan(15);
    expect(Object.keys(failureClasses)).toEqual(expect.arrayContaining(found));
    expect(Object.keys(errorTable)).toEqual(expect.arrayContaining(Object.keys(failureClasses)));
  });

  it.each([
    ['GW_UPSTREAM_UNREACHABLE', true, 'any', false, 'failure'],
    ['GW_UPSTREAM_ERROR', true, 'any', false, 'failure'],
    ['GW_UPSTREAM_TRUNCATED', true, 'any', false, 'failure'],
    ['GW_UPSTREAM_BAD_RESPONSE', true, 'any', false, 'failure'],
    ['GW_UPSTREAM_STREAM_ERROR', true, 'any', false, 'failure'],
    ['GW_UPSTREAM_RATE_LIMITED', true, 'any', true, 'overload'],
    ['GW_UPSTREAM_AUTH', false, 'any', true, 'neutral'],
    ['GW_UPSTREAM_ENCODING', false, 'any', false, 'failure'],
    ['GW_UPSTREAM_TOO_LARGE', false, 'never', false, 'neutral'],
    ['GW_UPSTREAM_REFUSED', false, 'never', false, 'neutral'],
    ['GW_UNTRANSLATABLE', false, 'any', false, 'neutral'],
    ['GW_CLIENT_CLOSED', false, 'never', false, 'neutral'],
    ['GW_CLOSING', false, 'never', false, 'neutral'],
  ] as const)('of %s: retry %s, fallback %s, another credential %s, health %s', (code, retry, fallback, credential, health) => {
    expect(failureClass(gatewayError(code))).toEqual({ retry, fallback, credential, health });
  });

  it('row 6: a silent target is not retried, another is asked', () => {
    const late = gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what: 'begin its answer', limit: 10_000 } });
    expect(failureClass(late)).toEqual({ retry: false, fallback: 'any', credential: false, health: 'failure' });
  });

  it('row 12: too long a prompt goes to nobody but a larger window, whatever its code', () => {
    for (const code of ['context_length_exceeded', 'GW_UPSTREAM_REFUSED', 'invalid_request_error'])
      expect(failureClass({ code, refusedFor: 'context-length' })).toEqual({ ...stands, fallback: 'larger-window' });
  });

  it('row 13: a policy is not routed around, whatever its code', () => {
    for (const code of ['content_policy_violation', 'GW_UPSTREAM_REFUSED', 'GW_UPSTREAM_ERROR'])
      expect(failureClass({ code, refusedFor: 'content-policy' })).toEqual(stands);
  });

  it.each(['OFFICE_CLOSED', 'invalid_value', '', 'toString', '__proto__', 'GW_NO_SUCH_CODE'])(
    'of the foreign code %j is to stand',
    (code) => {
      expect(failureClass({ code })).toEqual(stands);
    },
  );

  it('of a plugin’s refusal is to stand, though it says that it may be retried', () => {
    expect(failureClass(new GatewayError({ status: 503, code: 'BUSY', message: 'Busy.', retryable: true }))).toEqual(stands);
  });

  it('agrees with the table: what no retry can help is not retried', () => {
    for (const [code, { retry }] of Object.entries(failureClasses))
      if (retry) expect([code, errorTable[code as keyof typeof errorTable].retryable]).toEqual([code, true]);
  });

  it('falls back wherever it retries', () => {
    for (const [code, { retry, fallback }] of Object.entries(failureClasses)) if (retry) expect([code, fallback]).toEqual([code, 'any']);
  });
});
