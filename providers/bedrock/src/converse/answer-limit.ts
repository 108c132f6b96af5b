import { type AnswerLimit, isJsonObject, type JsonObject } from '@express-ai-gateway/core/provider';

/** `inferenceConfig.maxTokens`; without it Bedrock lets the model write as much as it can. */
export function answerLimit(body: JsonObject): AnswerLimit {
  const config = body.inferenceConfig;
  const set = isJsonObject(config) ? config.maxTokens : undefined;
  const own = typeof set === 'number' ? set : undefined;
  return {
    tokens: own,
    answers: 1,
    lowered(tokens) {
      const value = Math.min(tokens, own ?? tokens);
      return isJsonObject(config)
        ? [{ path: ['inferenceConfig', 'maxTokens'], value }]
        : [{ path: ['inferenceConfig'], value: { maxTokens: value } }];
    },
  };
}
