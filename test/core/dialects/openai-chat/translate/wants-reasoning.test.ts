import { describe, expect, it } from 'vitest';
import { wantsReasoning } from '../../../../../core/src/dialects/openai-chat/translate/wants-reasoning.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

describe('wantsReasoning', () => {
  it.each<JsonObject>([
    {},
    { reasoning_effort: 'none' },
    { reasoning_effort: null },
    { reasoning_effort: '' },
    { include_reasoning: false },
    { reasoning_effort: 'high', include_reasoning: false },
    { include_reasoning: 'true' },
  ])('not %j', (body) => {
    expect(wantsReasoning(body)).toBe(false);
  });

  it.each<JsonObject>([{ reasoning_effort: 'low' }, { include_reasoning: true }, { reasoning_effort: 'none', include_reasoning: true }])(
    '%j does',
    (body) => {
      expect(wantsReasoning(body)).toBe(true);
    },
  );
});
