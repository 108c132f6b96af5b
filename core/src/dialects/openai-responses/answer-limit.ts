import type { JsonObject } from '../../model/json.ts';
import type { AnswerLimit } from '../dialect.ts';
import { countIn } from '../fields.ts';

export function answerLimit(body: JsonObject): AnswerLimit {
  const own = countIn(body.max_output_tokens);
  return { tokens: own, answers: 1, lowered: (tokens) => [{ path: ['max_output_tokens'], value: Math.min(tokens, own ?? tokens) }] };
}
