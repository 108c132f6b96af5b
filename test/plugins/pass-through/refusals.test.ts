import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../plugins/pass-through/src/refusals.ts';

const codes = [
  ...['READ_ELSEWHERE', 'BATCH', 'FORM', 'REDIRECT', 'ENCODED', 'UPLOAD_URL', 'CREDENTIAL'].map(
    (code) => `PASS_THROUGH_${code}` as Parameters<typeof refusal>[0],
  ),
];

describe('refusals', () => {
  it.each(codes)('%s says what to do, and stands in the README with its status', (code) => {
    const error = refusal(code, new Error('secret'));
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(/Use|Send|operator|Upload/);
    expect(error.message).not.toContain('secret');
    const readme = readFileSync(new URL('../../../plugins/pass-through/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`| \`${code}\` | ${error.status} |`);
  });
});
