import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';
import { encodeSampling } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-sampling.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { request } from './examples.ts';

function sampling(given: Partial<NeutralRequest>, model: string, thinks = false): unknown[] {
  const losses = new Losses<NeutralField>();
  const members = encodeSampling({ ...request, ...given }, { model: modelTraits(model), thinks }, losses);
  return [members, ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('encodeSampling', () => {
  it('Opus 4.7 and what came after take none; a default says nothing', () => {
    for (const model of ['claude-opus-4-7', 'claude-sonnet-5', 'claude-opus-9']) {
      expect(sampling({ temperature: 0.2, topP: 0.9, topK: 5 }, model)).toEqual([{}, 'drop temperature', 'drop topP', 'drop topK']);
      expect(sampling({ temperature: 1, topP: 1 }, model)).toEqual([{}]);
    }
  });

  it('nor does a model that thinks', () => {
    expect(sampling({ temperature: 0 }, 'claude-sonnet-4-5', true)).toEqual([{}, 'drop temperature']);
  });

  it('temperatures of others go up to 2', () => {
    expect(sampling({ temperature: 1.7 }, 'claude-sonnet-4-5')).toEqual([{ temperature: 1 }, 'drop temperature']);
    expect(sampling({ temperature: -1 }, 'claude-sonnet-4-5')).toEqual([{ temperature: 0 }, 'drop temperature']);
    expect(sampling({ temperature: 0 }, 'claude-sonnet-4-5')).toEqual([{ temperature: 0 }]);
    expect(sampling({ temperature: 1.7 }, 'deepseek-v4')).toEqual([{ temperature: 1.7 }]);
  });

  it('litellm#15097: temperature and top_p, one at a time', () => {
    expect(sampling({ temperature: 0.5, topP: 0.9 }, 'claude-sonnet-4-5')).toEqual([{ temperature: 0.5 }, 'drop topP']);
    expect(sampling({ temperature: 0.5, topP: 1 }, 'claude-sonnet-4-5')).toEqual([{ temperature: 0.5 }]);
    expect(sampling({ topP: 0.9, topK: 5 }, 'claude-sonnet-4-5')).toEqual([{ top_p: 0.9, top_k: 5 }]);
    expect(sampling({ temperature: 0.5, topP: 0.9 }, 'MiniMax-M3')).toEqual([{ temperature: 0.5, top_p: 0.9 }]);
  });

  it('what Messages has no word for is noted, unless it says nothing', () => {
    expect(sampling({ seed: 0, frequencyPenalty: 0.5, presencePenalty: -1 }, 'claude-sonnet-4-5')).toEqual([
      {},
      'drop seed',
      'drop frequencyPenalty',
      'drop presencePenalty',
    ]);
    expect(sampling({ frequencyPenalty: 0, presencePenalty: 0 }, 'claude-sonnet-4-5')).toEqual([{}]);
  });
});
