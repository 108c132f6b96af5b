import { describe, expect, it } from 'vitest';
import { aliasPatterns, patternTargets } from '../../../core/src/upstream/alias-pattern.ts';

const patterns = aliasPatterns({
  chat: ['up/m'],
  'claude-*': ['anthropic/claude-*', 'bedrock/eu.anthropic.claude-*-v1:0'],
  '*-mini': ['up/small'],
  '*': ['up/*'],
});

describe('patternTargets', () => {
  it('puts what the star stands for into the targets', () => {
    expect(patternTargets(patterns, 'claude-sonnet-5')).toEqual(['anthropic/claude-sonnet-5', 'bedrock/eu.anthropic.claude-sonnet-5-v1:0']);
    expect(patternTargets(patterns, 'claude-$&')).toEqual(['anthropic/claude-$&', 'bedrock/eu.anthropic.claude-$&-v1:0']);
  });

  it('takes the first pattern that fits, in the order of the config', () => {
    expect(patternTargets(patterns, 'claude-mini')).toEqual(['anthropic/claude-mini', 'bedrock/eu.anthropic.claude-mini-v1:0']);
    expect(patternTargets(patterns, 'gpt-mini')).toEqual(['up/small']);
    expect(patternTargets(patterns, 'other')).toEqual(['up/other']);
  });

  it('fits nothing that is shorter than the pattern, and nothing without patterns', () => {
    expect(patternTargets(aliasPatterns({ 'ab*ba': ['up/x'] }), 'aba')).toBeUndefined();
    expect(patternTargets(aliasPatterns({ 'ab*ba': ['up/x'] }), 'abba')).toEqual(['up/x']);
    expect(patternTargets(aliasPatterns({ chat: ['up/m'] }), 'chat')).toBeUndefined();
  });
});
