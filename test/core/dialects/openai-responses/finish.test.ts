import { describe, expect, it } from 'vitest';
import { responsesFinish } from '../../../../core/src/dialects/openai-responses/finish.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('responsesFinish', () => {
  it.each([
    [{ status: 'completed', incomplete_details: null }, 'completed'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'max_output_tokens'],
    [{ status: 'incomplete', incomplete_details: { reason: '' } }, 'incomplete'],
    [{ status: 'incomplete', incomplete_details: {} }, 'incomplete'],
    [{ status: 'failed', error: { code: 'server_error' } }, 'failed'],
    [{ status: '' }, undefined],
    [{ status: 5, incomplete_details: 'x' }, undefined],
    [null, undefined],
    [[], undefined],
    [undefined, undefined],
  ] as [JsonValue | undefined, string | undefined][])('of %j is %s', (answer, finish) => {
    expect(responsesFinish(answer)).toBe(finish);
  });
});
