import type { NeutralRequest } from '../../../../../core/src/model/neutral.ts';

/** A request that says as little as one can. */
export const request: NeutralRequest = {
  model: 'm-1',
  stream: false,
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
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
