import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAnswer } from '../../../../../core/src/dialects/google-generate-content/translate/encode-answer.ts';
import { googleUsage } from '../../../../../core/src/dialects/google-usage.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralAnswer } from '../../../../../core/src/model/neutral.ts';
import type { Usage } from '../../../../../core/src/model/usage.ts';

const about = { id: 'gw1', created: 0, model: 'target', withUsage: true, request: {} };
const answer: NeutralAnswer = { id: '', model: '', parts: [], stop: undefined, usage: undefined };

it('what nobody said is not said, but for an id, a model and a first part', () => {
  expect(encodeAnswer(answer, about)).toEqual({
    candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, index: 0 }],
    modelVersion: 'target',
    responseId: 'gw1',
  });
});

it('is an answer as Google gives it', () => {
  const usage = { input: 5, output: 3, cacheRead: undefined, cacheWrite: undefined, reasoning: 1, raw: {} };
  const parts = [
    { kind: 'text', text: 'hi' },
    { kind: 'toolCall', id: 'x', name: 'f', arguments: '', opaque: undefined },
  ] as const;
  expect(encodeAnswer({ id: 'r', model: 'gpt', parts, stop: { kind: 'toolCalls' }, usage }, about)).toEqual({
    candidates: [
      {
        content: { role: 'model', parts: [{ text: 'hi' }, { functionCall: { id: 'x', name: 'f', args: {} } }] },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 8 },
    modelVersion: 'gpt',
    responseId: 'r',
  });
});

const none = { input: undefined, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} };
const usageOf = (usage: Usage | undefined): JsonValue | undefined => encodeAnswer({ ...answer, usage }, about).usageMetadata;

describe('its usage', () => {
  it('is nothing where nothing is known', () => {
    expect(usageOf(undefined)).toBeUndefined();
    expect(usageOf(none)).toBeUndefined();
  });

  it('CLIProxyAPI#1643: thoughts are apart from candidates, and no part of the prompt', () => {
    expect(usageOf({ ...none, input: 100, output: 50, cacheRead: 40, reasoning: 30 })).toEqual({
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 150,
    });
  });

  it('invents no total, which readers would take the output from', () => {
    expect(usageOf({ ...none, input: 7 })).toEqual({ promptTokenCount: 7 });
    expect(usageOf({ ...none, output: 7 })).toEqual({ candidatesTokenCount: 7 });
  });

  it('is never negative, whatever a provider counted', () => {
    expect(usageOf({ ...none, input: 1, output: 2, reasoning: 5 })).toMatchObject({ candidatesTokenCount: 0, thoughtsTokenCount: 5 });
  });

  it('reads back as it was', () => {
    const count = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.record({ input: fc.nat(), output: fc.nat(), cacheRead: count, reasoning: count }), (counts) => {
        const usage = {
          ...none,
          ...counts,
          reasoning: counts.reasoning === undefined ? undefined : Math.min(counts.reasoning, counts.output),
        };
        expect(googleUsage({ usageMetadata: usageOf(usage) ?? null })).toEqual({ ...usage, raw: expect.anything() });
      }),
    );
  });
});
