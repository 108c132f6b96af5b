import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/google-generate-content/translate/gemini-models.ts';

const thinkingOf = (model: string) => {
  const { thinking } = modelTraits(model);
  if (thinking.by === 'level') return thinking.levels.join(' ');
  return thinking.by === 'budget' ? `${thinking.min}-${thinking.max}` : 'none';
};

describe('modelTraits', () => {
  it.each([
    ['gemini-1.5-pro', 'none'],
    ['gemini-2.0-flash', 'none'],
    ['gemini-pro', 'none'],
    ['gemma-3-27b-it', 'none'],
    ['tunedModels/mine', 'none'],
    ['gemini-2.5-pro', '128-32768'],
    ['publishers/google/models/gemini-2.5-flash', '0-24576'],
    ['gemini-3-pro-image-preview', '0-32768'],
    ['gemini-3-pro-preview', 'low medium high'],
    ['gemini-3.1-pro-preview', 'low medium high'],
    ['gemini-3-flash-preview', 'minimal low medium high'],
    ['gemini-3.6-flash', 'minimal low medium high'],
    ['gemini-3.7-flash', 'low medium high'],
    ['gemini-3.8-flash-lite', 'minimal low medium high'],
    ['gemini-flash-latest', 'low medium high'],
    ['gemini-4-hydrogen', 'low medium high xhigh'],
    ['gemini-9-new', 'minimal low medium high'],
  ])('%s thinks by %s', (model, thinking) => {
    expect(thinkingOf(model)).toBe(thinking);
  });

  it('an unknown Gemini is taken for the newest, anything else for nothing in particular', () => {
    expect(['gemini-99', 'gemini-pro-latest', 'google/gemini-3-flash'].map((model) => modelTraits(model).newest)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['gemini-2.5-pro', 'gemma-3-27b-it', 'mine', ''].map((model) => modelTraits(model).newest)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('knows how much a Gemini says at most', () => {
    expect(modelTraits('publishers/google/models/gemini-3-pro-preview').maxOutputTokens).toBe(65_536);
    expect(modelTraits('gemma-3-4b-it').maxOutputTokens).toBeUndefined();
  });

  it('knows who has no system instruction and no penalties', () => {
    expect(modelTraits('gemma-3-4b-it').systemInstruction).toBe(false);
    expect(modelTraits('gemini-2.0-flash').systemInstruction).toBe(true);
    expect(modelTraits('gemini-2.5-flash').penalties).toBe(false);
    expect(modelTraits('gemini-3-flash-preview').penalties).toBe(true);
  });
});
