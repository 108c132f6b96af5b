import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/src/model/json.ts';
import { mayReason } from '../../../core/src/upstream/may-reason.ts';

describe('mayReason', () => {
  it.each([
    'o1', 'o3-mini', 'openai/o4-mini', 'gpt-5', 'gpt-5-mini', 'openai/gpt-oss-120b', 'gemini-2.5-flash', 'google/gemini-3-pro',
    'deepseek-reasoner', 'deepseek-r1', 'grok-4', 'grok-3-mini', 'qwq-32b', 'magistral-small', 'kimi-k2-thinking', 'phi-4-reasoning',
  ])('expects it of %s', (model) => expect(mayReason({}, model)).toBe(true)); // biome-ignore format: a list

  it.each(['gpt-4o', 'gpt-4.1-mini', 'claude-sonnet-4-5', 'gemini-2.0-flash', 'deepseek-chat', 'grok-3', 'mistral-large', 'foo-o1', 'm'])(
    'does not expect it of %s',
    (model) => expect(mayReason({}, model)).toBe(false),
  );

  const asking: readonly JsonObject[] = [
    { reasoning_effort: 'low' },
    { reasoning: { effort: 'high' } },
    { reasoning: { max_tokens: 2_000 } },
    { output_config: { effort: 'medium' } },
    { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    { thinking: { type: 'adaptive' } },
    { generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } },
    { generation_config: { thinking_config: { thinkingBudget: -1 } } },
    { reasoning_effort: 'none', thinking: { type: 'enabled' } }, // said twice: the longer wait does less harm
  ];

  it.each(asking.map((body) => [JSON.stringify(body), body] as const))('expects it where it was asked for: %s', (_text, body) =>
    expect(mayReason(body, 'gpt-4o')).toBe(true),
  );

  const declining: readonly JsonObject[] = [
    { reasoning_effort: 'none' },
    { reasoning_effort: 'minimal' },
    { reasoning: { effort: 'NONE' } },
    { thinking: { type: 'disabled' } },
    { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
  ];

  it.each(declining.map((body) => [JSON.stringify(body), body] as const))('does not where it was declined: %s', (_text, body) =>
    expect(mayReason(body, 'gpt-5')).toBe(false),
  );

  it('takes any request', () => {
    const odd = fc.record(
      {
        reasoning: fc.jsonValue(),
        reasoning_effort: fc.jsonValue(),
        thinking: fc.jsonValue(),
        output_config: fc.jsonValue(),
        generationConfig: fc.oneof(fc.jsonValue(), fc.record({ thinkingConfig: fc.jsonValue() })),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(odd, fc.string(), (body, model) => void expect(mayReason(body as JsonObject, model)).toBeTypeOf('boolean')));
  });
});
