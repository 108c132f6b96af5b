import { describe, expect, it } from 'vitest';
import type { NeutralReasoning } from '../../../../core/src/model/neutral.ts';
import { encodeReasoning, type ReasoningAbout } from '../../../../providers/bedrock/src/converse/encode-reasoning.ts';
import { encoderFor, lossesOf, nova, sonnet } from './encoding.ts';

function encoded(reasoning: Partial<NeutralReasoning> | undefined, model = sonnet, facts: Partial<ReasoningAbout> = {}, quirks = {}) {
  const about = encoderFor(model, quirks);
  const given = reasoning && { effort: undefined, budget: undefined, show: undefined, ...reasoning };
  const all = { limit: undefined, most: 64_000, forced: false, lacksReasoning: false, ...facts };
  return { ...encodeReasoning(given, all, about), losses: lossesOf(about) };
}

const silent = { fields: {}, limit: undefined, thinks: false, free: false, losses: [] };

describe('reasoning of Claude', () => {
  it('is not mentioned when nothing was asked', () => {
    expect(encoded(undefined)).toEqual(silent);
    expect(encoded(undefined, sonnet, { limit: 100 })).toEqual({ ...silent, limit: 100 });
  });

  it('CLIProxyAPI#413: is a budget below the limit, which is then said', () => {
    expect(encoded({ budget: 2000 }, sonnet, { limit: 1000 })).toMatchObject({
      fields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
      limit: 3000,
      thinks: true,
    });
    const { fields, limit } = encoded({ effort: 'max' });
    expect((fields.thinking as { budget_tokens: number }).budget_tokens).toBeLessThan(limit ?? 0);
  });

  it('is led by an effort where the model decides itself, and needs no limit for it', () => {
    expect(encoded({ effort: 'high' }, 'us.anthropic.claude-opus-4-7')).toMatchObject({
      fields: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      limit: undefined,
      thinks: true,
    });
  });

  it('is shown: newer models are asked for that, older ones do so anyway', () => {
    const thinking = (model: string, show?: boolean) => encoded({ effort: 'low', show }, model).fields.thinking;
    expect(thinking('us.anthropic.claude-opus-4-7')).toEqual({ type: 'adaptive', display: 'summarized' });
    expect(thinking('us.anthropic.claude-sonnet-4-6')).toEqual({ type: 'adaptive' });
    expect(thinking('us.anthropic.claude-sonnet-4-6', false)).toEqual({ type: 'adaptive', display: 'omitted' });
  });

  it('litellm#15601: is left out where a 400 would follow, and that is told', () => {
    expect(encoded({ effort: 'high' }, sonnet, { lacksReasoning: true })).toEqual({ ...silent, losses: ['reasoning: drop'] });
    expect(encoded({ effort: 'high' }, sonnet, { forced: true })).toEqual({ ...silent, losses: ['reasoning: drop'] });
  });

  it('is not made up for models that have none', () => {
    expect(encoded({ effort: 'high' }, 'anthropic.claude-3-haiku-20240307-v1:0')).toEqual({ ...silent, losses: ['reasoning: drop'] });
  });
});

describe('reasoning of others', () => {
  it.each<[string, Partial<NeutralReasoning>, string, string[]]>([
    ['as it was asked', { effort: 'medium' }, 'medium', []],
    ['the most there is', { effort: 'max' }, 'high', ['reasoning: drop']],
    ['the least there is', { effort: 'none' }, 'low', ['reasoning: drop']],
    ['by a budget', { budget: 10_000 }, 'medium', ['reasoning: drop']],
    ['by a large budget', { budget: 30_000 }, 'high', ['reasoning: drop']],
    ['by none', { budget: 0 }, 'low', ['reasoning: drop']],
  ])('is an effort for gpt-oss: %s', (_what, reasoning, effort, losses) => {
    expect(encoded(reasoning, 'openai.gpt-oss-120b-1:0')).toEqual({ ...silent, fields: { reasoning_effort: effort }, losses });
  });

  it('is switched on and off for Nova 2, which takes no limits at its highest', () => {
    const model = 'us.amazon.nova-2-lite-v1:0';
    expect(encoded({ effort: 'low' }, model).fields).toEqual({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } });
    expect(encoded({ effort: 'none' }, model).fields).toEqual({ reasoningConfig: { type: 'disabled' } });
    expect(encoded({ effort: 'high' }, model)).toMatchObject({ free: true, losses: [] });
  });

  it('is left out for models that are not known to be told, and that is told', () => {
    expect(encoded({ effort: 'high' }, nova)).toEqual({ ...silent, losses: ['reasoning: drop'] });
    expect(encoded({ show: true }, nova)).toEqual(silent);
    expect(encoded({ effort: 'high' }, 'openai.gpt-oss-120b-1:0', {}, { reasoningEffort: false })).toEqual({
      ...silent,
      losses: ['reasoning: drop'],
    });
  });
});
