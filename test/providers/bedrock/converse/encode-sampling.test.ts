import { describe, expect, it } from 'vitest';
import type { NeutralRequest } from '../../../../core/src/model/neutral.ts';
import { encodeSampling } from '../../../../providers/bedrock/src/converse/encode-sampling.ts';
import { encoderFor, lossesOf, nova, request, sonnet } from './encoding.ts';

function encoded(members: Partial<NeutralRequest>, model = sonnet, how: { thinks?: boolean; free?: boolean } = {}) {
  const about = encoderFor(model);
  const reasoning = { fields: {}, limit: undefined, thinks: false, free: false, ...how };
  return { ...encodeSampling(request(members), reasoning, about), losses: lossesOf(about) };
}

const nothing = { config: {}, fields: {} };

describe('how tokens are chosen', () => {
  it('is told where there is a place for it', () => {
    expect(encoded({ temperature: 0.5 })).toEqual({ config: { temperature: 0.5 }, fields: {}, losses: [] });
    expect(encoded({ topP: 0.9, topK: 5 })).toEqual({ config: { topP: 0.9 }, fields: { top_k: 5 }, losses: [] });
    expect(encoded({ temperature: 0, topP: 0.9, topK: 5 }, nova)).toEqual({
      config: { temperature: 0, topP: 0.9 },
      fields: { inferenceConfig: { topK: 5 } },
      losses: [],
    });
  });

  it('is within the bounds of Converse', () => {
    expect(encoded({ temperature: 2 })).toEqual({ config: { temperature: 1 }, fields: {}, losses: ['temperature: drop'] });
    expect(encoded({ temperature: -1 }, nova).config).toEqual({ temperature: 0 });
  });

  it('litellm#15097: says one of two to Claude', () => {
    expect(encoded({ temperature: 0.5, topP: 0.9 })).toEqual({ config: { temperature: 0.5 }, fields: {}, losses: ['topP: drop'] });
    expect(encoded({ temperature: 0.5, topP: 1 }).losses).toEqual([]);
  });

  it('is nobody else’s business while a model thinks, or where it decides itself', () => {
    const all = { temperature: 0.5, topP: 0.9, topK: 5 };
    const losses = ['temperature: drop', 'topP: drop', 'topK: drop'];
    expect(encoded(all, sonnet, { thinks: true })).toEqual({ ...nothing, losses });
    expect(encoded(all, 'us.anthropic.claude-opus-4-7')).toEqual({ ...nothing, losses });
    expect(encoded(all, 'us.amazon.nova-2-lite-v1:0', { free: true })).toEqual({ ...nothing, losses });
    expect(encoded({ temperature: 1, topP: 1 }, sonnet, { thinks: true })).toEqual({ ...nothing, losses: [] });
  });

  it('is told as far as the model takes it', () => {
    expect(encoded({ temperature: 0.5, topP: 0.9 }, 'us.openai.gpt-5-5')).toEqual({
      ...nothing,
      losses: ['temperature: drop', 'topP: drop'],
    });
    expect(encoded({ topK: 5 }, 'qwen.qwen3-32b-v1:0')).toEqual({ ...nothing, losses: ['topK: drop'] });
  });

  it('has no place for the rest', () => {
    expect(encoded({ seed: 1, frequencyPenalty: 0.1, presencePenalty: 0.1 }).losses).toEqual([
      'seed: drop',
      'frequencyPenalty: drop',
      'presencePenalty: drop',
    ]);
    expect(encoded({ frequencyPenalty: 0, presencePenalty: 0 }).losses).toEqual([]);
  });
});
