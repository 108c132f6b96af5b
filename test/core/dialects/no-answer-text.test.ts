import { describe, expect, it } from 'vitest';
import { dialects } from '../../../core/src/dialects/all.ts';
import type { CallDialect } from '../../../core/src/dialects/dialect.ts';

describe('the answer limits of all dialects', () => {
  it('are known: some write texts, the others write none', () => {
    const calls = dialects.filter((dialect): dialect is CallDialect => 'readCall' in dialect);
    const limits = calls.map(({ id, answerLimit }) => [id, answerLimit?.({}, {}).answers]);
    expect(Object.fromEntries(limits)).toEqual({
      'openai-chat': 1,
      'openai-completions': 1,
      'openai-responses': 1,
      'anthropic-messages': 1,
      'google-generate-content': 1,
      'anthropic-count-tokens': 0,
      'google-batch-embed-contents': 0,
      'google-count-tokens': 0,
      'google-embed-content': 0,
      'openai-embeddings': 0,
      'openai-input-tokens': 0,
      'openai-moderations': 0,
    });
  });
});
