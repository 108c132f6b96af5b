import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../../../../core/src/dialects/openai-chat/translate/field-names.ts';

describe('fieldNames', () => {
  it('are names that may stand in a header', () => {
    for (const name of Object.values(fieldNames)) expect(name).toMatch(/^[\w.[\]-]{1,64}$/);
  });

  it('are the client’s own words', () => {
    expect(fieldNames).toMatchObject({
      maxOutputTokens: 'max_completion_tokens',
      format: 'response_format',
      parallelTools: 'parallel_tool_calls',
    });
  });
});
