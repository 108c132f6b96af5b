import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../../../providers/bedrock/src/converse/field-names.ts';

describe('names of fields', () => {
  it('are words, for they stand in headers and logs', () => {
    for (const name of Object.values(fieldNames)) expect(name).toMatch(/^[\w.[\]-]+$/);
    expect(fieldNames.maxOutputTokens).toBe('inferenceConfig.maxTokens');
  });
});
