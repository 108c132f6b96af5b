import type { PricedCall, Usage } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { billable } from '../../../services/model-data/src/billable.ts';

function parts(usage: Partial<Usage>, call?: PricedCall): Readonly<Record<string, unknown>> {
  const whole = { input: 100, output: 50, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined, ...usage };
  const found = billable(whole, call);
  if ('why' in found) return found;
  const used = Object.fromEntries(Object.entries(found.tokens).filter(([, count]) => count !== 0));
  return { ...used, ...found.calls, ...(found.tier !== 'standard' && { tier: found.tier }) };
}

describe('billable', () => {
  it.each<[string, Partial<Usage>, Readonly<Record<string, unknown>>]>([
    ['plain tokens', {}, { input: 100, output: 50 }],
    ['cached ones', { cacheRead: 30, cacheWrite: 20 }, { input: 50, cacheRead: 30, cacheWrite: 20, output: 50 }],
    [
      'those cached for an hour',
      { cacheWrite: 20, raw: { cache_creation: { ephemeral_1h_input_tokens: 15, ephemeral_5m_input_tokens: 5 } } },
      { input: 80, cacheWrite: 5, cacheWriteHour: 15, output: 50 },
    ],
    ['thoughts', { reasoning: 40 }, { input: 100, reasoning: 40, output: 10 }],
    [
      'audio of Chat',
      { raw: { prompt_tokens_details: { audio_tokens: 60 }, completion_tokens_details: { audio_tokens: 30 } } },
      { input: 40, inputAudio: 60, outputAudio: 30, output: 20 },
    ],
    [
      'audio and pictures of Realtime, in the cache and not',
      {
        cacheRead: 30,
        raw: { input_token_details: { audio_tokens: 60, image_tokens: 20, cached_tokens_details: { audio_tokens: 20, image_tokens: 5 } } },
      },
      { input: 15, inputAudio: 40, inputImage: 15, cacheRead: 5, cacheReadAudio: 20, cacheReadImage: 5, output: 50 },
    ],
    [
      'what Google lists, what its tools put in too',
      {
        cacheRead: 10,
        raw: {
          promptTokensDetails: [
            { modality: 'AUDIO', tokenCount: 40 },
            { modality: 'VIDEO', tokenCount: 20 },
          ],
          toolUsePromptTokensDetails: [{ modality: 'IMAGE', tokenCount: 5 }],
          cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 10 }],
          candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 50 }],
        },
      },
      { input: 35, inputAudio: 30, inputVideo: 20, inputImage: 5, cacheReadAudio: 10, outputImage: 50 },
    ],
  ])('takes apart %s, each token once', (_name, usage, expected) => {
    expect(parts(usage)).toEqual(expected);
  });

  it('reads the tier as reported, else as asked for; speed and place beside it', () => {
    expect(parts({ serviceTier: 'default' }, { serviceTier: 'priority' })).not.toHaveProperty('tier');
    expect(parts({}, { serviceTier: 'priority' })).toHaveProperty('tier', 'priority');
    expect(parts({ serviceTier: 'batch', raw: { inference_geo: 'us', speed: 'standard' } })).toHaveProperty('tier', 'batch+us');
    expect(parts({ raw: { inference_geo: 'not_available', speed: 'fast' } })).toHaveProperty('tier', 'fast');
  });

  it.each<[string, Partial<Usage>]>([
    ['the input was not counted', { input: undefined }],
    ['its counts of tokens do not add up', { cacheRead: 101 }],
    ['its counts of tokens do not add up', { cacheWrite: 1, raw: { cache_creation: { ephemeral_1h_input_tokens: 2 } } }],
    ['its counts of tokens do not add up', { raw: { candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 51 }] } }],
    ['its counts of tokens do not add up', { input: Number.NaN }],
  ])('says that %s', (why, usage) => {
    expect(parts(usage)).toEqual({ why });
  });
});
