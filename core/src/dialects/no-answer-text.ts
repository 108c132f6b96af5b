import type { AnswerLimit } from './dialect.ts';

const nothing: AnswerLimit = Object.freeze({ tokens: 0, answers: 0, lowered: () => [] });

/** The answer limit of dialects whose answers are no texts that a model writes: embeddings, counts, verdicts. */
export function noAnswerText(): AnswerLimit {
  return nothing;
}
