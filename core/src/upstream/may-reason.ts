import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** Models that think before they answer unless they are told not to; by the names that their makers give them. */
const reasoning =
  /(?:^|[/.])(?:o[1-9](?:-|$)|gpt-5|gpt-oss|gemini-(?:2\.5|[3-9])|deepseek-(?:reasoner|r\d)|grok-(?:3-mini|[4-9])|qwq|magistral)|thinking|reason/i;

/**
 * Whether an answer may begin with a long silence that is no fault: its request asks for reasoning, in the words of whatever
 * format, or says nothing of it to a model that reasons by itself.
 */
export function mayReason(body: JsonObject, model: string): boolean {
  return asked(body) ?? reasoning.test(model);
}

/** What the request says of it; `undefined`: nothing. */
function asked(body: JsonObject): boolean | undefined {
  const config = objectOf(body.generationConfig ?? body.generation_config);
  const thinking = objectOf(config?.thinkingConfig ?? config?.thinking_config);
  const said = [
    ofEffort(body.reasoning_effort),
    ofEffort(objectOf(body.reasoning)?.effort),
    ofEffort(objectOf(body.output_config)?.effort),
    ofType(objectOf(body.thinking)?.type),
    ofEffort(thinking?.thinkingLevel),
    ofBudget(thinking?.thinkingBudget ?? objectOf(body.reasoning)?.max_tokens),
  ].filter((one) => one !== undefined);
  return said.length === 0 ? undefined : said.includes(true);
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

function ofEffort(effort: JsonValue | undefined): boolean | undefined {
  return typeof effort === 'string' ? !/^(?:none|minimal)$/i.test(effort) : undefined;
}

function ofType(type: JsonValue | undefined): boolean | undefined {
  return typeof type === 'string' ? type !== 'disabled' : undefined;
}

function ofBudget(tokens: JsonValue | undefined): boolean | undefined {
  return typeof tokens === 'number' ? tokens !== 0 : undefined;
}
