import { describe, expect, it } from 'vitest';
import { decodeThinking } from '../../../../../core/src/dialects/anthropic-messages/translate/decode-thinking.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

function reasoning(body: JsonObject): unknown[] {
  const losses = new RequestLosses();
  return [decodeThinking(body, losses), ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('decodeThinking', () => {
  it.each<[JsonObject, object | undefined]>([
    [{}, undefined],
    [{ thinking: null, output_config: null }, undefined],
    [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, { effort: undefined, budget: 2048, show: true }],
    [{ thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' } }, { effort: undefined, budget: 2048, show: false }],
    [{ thinking: { type: 'adaptive' } }, { effort: undefined, budget: undefined, show: true }],
    [
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
      { effort: 'max', budget: undefined, show: true },
    ],
    [
      { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
      { effort: 'none', budget: undefined, show: undefined },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low', budget: undefined, show: undefined }],
  ])('%j', (body, expected) => {
    expect(reasoning(body)).toEqual([expected]);
  });

  it('what others cannot say is noted', () => {
    expect(reasoning({ thinking: { type: 'between_tools' } })).toEqual([{ effort: 'low', budget: undefined, show: true }, 'drop thinking']);
    expect(
      reasoning({
        thinking: { type: 'adaptive', block_binding: { on: true } },
        output_config: { effort: 'tiny', task_budget: { total: 1 } },
      }),
    ).toEqual([
      { effort: undefined, budget: undefined, show: true },
      'drop output_config.task_budget',
      'drop output_config.effort',
      'drop thinking.block_binding',
    ]);
  });

  it.each([
    ['thinking.type', { thinking: {} }],
    ['thinking.budget_tokens', { thinking: { type: 'enabled', budget_tokens: 'many' } }],
    ['output_config.effort', { output_config: { effort: 5 } }],
  ])('names %s', (param, body) => {
    expect(() => reasoning(body)).toThrow(expect.objectContaining({ param }));
  });
});
