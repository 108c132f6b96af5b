import type { JsonObject } from '../../model/json.ts';
import type { AnswerLimit } from '../dialect.ts';
import { countIn } from '../fields.ts';
import type { TargetQuirks } from '../translation.ts';

const fields = ['max_completion_tokens', 'max_tokens'] as const;

/** Of two limits the larger counts: which of them a compatible provider reads is its own business. So both are lowered. */
export function answerLimit(body: JsonObject, { maxTokensField = 'max_completion_tokens' }: TargetQuirks): AnswerLimit {
  const set = fields.filter((field) => countIn(body[field]) !== undefined);
  const limits = set.map((field) => countIn(body[field]) as number);
  return {
    tokens: limits.length === 0 ? undefined : Math.max(...limits),
    answers: countIn(body.n) ?? 1,
    lowered: (tokens) =>
      (set.length === 0 ? [maxTokensField] : set).map((field) => ({
        path: [field],
        value: Math.min(tokens, countIn(body[field]) ?? tokens),
      })),
  };
}
