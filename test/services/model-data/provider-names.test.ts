import { describe, expect, it } from 'vitest';
import { tableModel, tableProvider } from '../../../services/model-data/src/provider-names.ts';

const none = new Map<string, string | false>();

describe('tableProvider', () => {
  it.each([
    ['azure-openai', 'azure'],
    ['bedrock', 'aws'],
    ['bedrock-anthropic', 'aws'],
    ['anthropic-vertex', 'google'],
    ['xai', 'x-ai'],
    ['openai', 'openai'],
    ['groq', 'groq'],
    ['my-openai', 'my-openai'],
  ])('%s is %s', (name, expected) => {
    expect(tableProvider(name, none)).toBe(expected);
  });

  it('an operator says what a name of his stands for, ours included', () => {
    const own = new Map<string, string | false>([
      ['my-azure', 'azure'],
      ['bedrock', 'anthropic'],
      ['openai', false],
    ]);
    expect(['my-azure', 'bedrock', 'openai', 'xai'].map((name) => tableProvider(name, own))).toEqual([
      'azure',
      'anthropic',
      undefined,
      'x-ai',
    ]);
  });
});

describe('tableModel', () => {
  it("leaves out what stands before Google's names in a path, and of others nothing", () => {
    expect(tableModel('google', 'models/gemini-2.5-pro')).toBe('gemini-2.5-pro');
    expect(tableModel('google', 'publishers/anthropic/models/claude-haiku-4-5')).toBe('claude-haiku-4-5');
    expect(tableModel('google', 'gemini-2.5-pro')).toBe('gemini-2.5-pro');
    expect(tableModel('fireworks', 'models/x')).toBe('models/x');
    expect(tableModel('google', 'tunedModels/x')).toBe('tunedModels/x');
  });
});
