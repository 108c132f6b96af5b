import type { NeutralAnswer, NeutralRequest, NeutralText, NeutralToolCall } from '../../../../core/src/model/neutral.ts';
import type { Usage } from '../../../../core/src/model/usage.ts';

// The least that one can say in the neutral form, for tests to vary.

export const request: NeutralRequest = {
  model: 'm',
  stream: false,
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }],
  tools: [],
  toolChoice: undefined,
  parallelTools: undefined,
  maxOutputTokens: undefined,
  temperature: undefined,
  topP: undefined,
  topK: undefined,
  seed: undefined,
  frequencyPenalty: undefined,
  presencePenalty: undefined,
  stop: [],
  format: undefined,
  reasoning: undefined,
  user: undefined,
};

export function text(value: string): NeutralText {
  return { kind: 'text', text: value };
}

export function call(id: string, name = 'look', given = '{}'): NeutralToolCall {
  return { kind: 'toolCall', id, name, arguments: given, opaque: undefined };
}

export function usage(known: Partial<Usage>): Usage {
  return {
    input: undefined,
    output: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
    raw: undefined,
    ...known,
  };
}

/** An answer without what a provider's own usage object looked like. */
export function withoutRaw(answer: NeutralAnswer): NeutralAnswer {
  return answer.usage === undefined ? answer : { ...answer, usage: { ...answer.usage, raw: undefined } };
}
