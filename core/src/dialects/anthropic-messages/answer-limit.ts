import { isJsonObject, type JsonEdit, type JsonObject } from '../../model/json.ts';
import type { AnswerLimit } from '../dialect.ts';
import { countIn } from '../fields.ts';

export function answerLimit(body: JsonObject): AnswerLimit {
  const own = countIn(body.max_tokens);
  return {
    tokens: own,
    answers: 1,
    lowered(tokens) {
      const limit = Math.min(tokens, own ?? tokens);
      return [{ path: ['max_tokens'], value: limit }, ...loweredThinking(body, limit)];
    },
  };
}

/** Anthropic refuses a thinking budget that is not below the limit, and one below 1,024: where there is no room for it nobody thinks. */
function loweredThinking({ thinking }: JsonObject, limit: number): JsonEdit[] {
  if (!isJsonObject(thinking) || thinking.type !== 'enabled') return [];
  const budget = countIn(thinking.budget_tokens) ?? 0;
  if (budget < limit) return [];
  return limit - 1 < leastThinking
    ? [{ path: ['thinking'], value: { type: 'disabled' } }]
    : [{ path: ['thinking', 'budget_tokens'], value: limit - 1 }];
}

const leastThinking = 1_024;
