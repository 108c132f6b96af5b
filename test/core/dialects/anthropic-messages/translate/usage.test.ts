import fc from 'fast-check';
import { expect, it } from 'vitest';
import { usageObject } from '../../../../../core/src/dialects/anthropic-messages/translate/usage.ts';
import { anthropicUsage } from '../../../../../core/src/dialects/anthropic-usage.ts';
import { anyUsage, usage } from './examples.ts';

it('clients require two numbers; what is unknown of the rest is no zero', () => {
  expect(usageObject(undefined)).toEqual({
    input_tokens: 0,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
    output_tokens: 0,
  });
});

it('litellm#9812: input leaves out what the cache gave', () => {
  expect(usageObject(usage({ input: 100, output: 7, cacheRead: 60, cacheWrite: 30, reasoning: 5 }))).toEqual({
    input_tokens: 10,
    cache_creation_input_tokens: 30,
    cache_read_input_tokens: 60,
    output_tokens: 7,
    output_tokens_details: { thinking_tokens: 5 },
  });
});

it('more cached than there was (xAI) is no negative number', () => {
  expect(usageObject(usage({ input: 10, output: 1, cacheRead: 12 })).input_tokens).toBe(0);
});

it('reads back as it was', () => {
  fc.assert(
    fc.property(anyUsage, (known) => {
      expect({ ...anthropicUsage({ usage: usageObject(known) }), raw: undefined }).toEqual(known);
    }),
  );
});
