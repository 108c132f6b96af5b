import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { AnswerLimit } from '../dialect.ts';
import { countIn } from '../fields.ts';
import { fieldKey, fieldOf } from '../google-fields.ts';
import { candidateCount } from '../google-request.ts';

export function answerLimit(body: JsonObject): AnswerLimit {
  const settings = fieldOf(body, 'generationConfig');
  const own = isJsonObject(settings) ? countIn(fieldOf(settings, 'maxOutputTokens')) : undefined;
  return {
    tokens: own,
    answers: candidateCount(body),
    lowered(tokens) {
      const value = Math.min(tokens, own ?? tokens);
      const config = fieldKey(body, 'generationConfig') ?? 'generationConfig';
      if (!isJsonObject(settings)) return [{ path: [config], value: { maxOutputTokens: value } }];
      return [{ path: [config, fieldKey(settings, 'maxOutputTokens') ?? 'maxOutputTokens'], value }];
    },
  };
}
