import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../plugins/service-proxy/src/refusals.ts';

const codes = ['UNREACHABLE', 'FAILED', 'UNAUTHORIZED', 'REDIRECT', 'ENCODED'].map(
  (code) => `SERVICE_${code}` as Parameters<typeof refusal>[0],
);

describe('refusals', () => {
  it.each(codes)('%s says what to do, and stands in the README with its status', (code) => {
    const error = refusal(code, { cause: new Error('secret'), retryAfter: '3' });
    expect(error).toMatchObject({ code, status: 502, headers: { 'retry-after': '3' } });
    expect(error.message).toMatch(/Try again|operator/);
    expect(error.message).not.toContain('secret');
    expect(refusal(code).headers).toEqual({});
    const readme = readFileSync(new URL('../../../plugins/service-proxy/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`| \`${code}\` | 502 |`);
  });
});
