import type { JsonObject } from '../../model/json.ts';
import type { AnswerLimit } from '../dialect.ts';
import { countIn } from '../fields.ts';
import { choiceCount } from './read-call.ts';

/** OpenAI's default of 16 tokens is not that of every provider that has this API, so none is taken for granted. `best_of` answers are made, and paid, for each prompt. */
export function answerLimit(body: JsonObject): AnswerLimit {
  const choices = countIn(body.n) ?? 1;
  const made = Math.max(choices, countIn(body.best_of) ?? 1);
  const own = countIn(body.max_tokens);
  return {
    tokens: own,
    answers: (choiceCount({ ...body, n: 1 }) as number) * made,
    lowered: (tokens) => [{ path: ['max_tokens'], value: Math.min(tokens, own ?? tokens) }],
  };
}
