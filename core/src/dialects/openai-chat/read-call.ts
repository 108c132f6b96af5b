import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { CallFacts } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount, optionalFlag, requiredText } from '../fields.ts';

/** OpenAI's own ceiling for `n`; each choice multiplies the cost. */
const maxChoices = 128;

/** Reads what the gateway decides by; everything else is the provider's business and goes through untouched. */
export function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = requiredText('model', body.model);
  const messages = body.messages;
  if (!Array.isArray(messages) || messages.length === 0) badField('messages', 'a non-empty array of messages', messages);
  messages.forEach((message: JsonValue, index: number) => {
    if (!isJsonObject(message)) badField(`messages[${index}]`, 'an object with role and content', message);
  });
  optionalCount('n', body.n, maxChoices);
  const oldLimit = optionalCount('max_tokens', body.max_tokens);
  return {
    model,
    stream: optionalFlag('stream', body.stream),
    maxOutputTokens: optionalCount('max_completion_tokens', body.max_completion_tokens) ?? oldLimit,
    tools: toolNames(body.tools),
  };
}

function toolNames(tools: JsonValue | undefined): string[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) badField('tools', 'an array', tools);
  return tools.map((tool: JsonValue, index: number) => {
    if (!isJsonObject(tool)) badField(`tools[${index}]`, 'an object', tool);
    const body = tool.function ?? tool.custom;
    const name = isJsonObject(body) ? body.name : undefined;
    if (typeof name === 'string') return name;
    return typeof tool.type === 'string' ? tool.type : 'unnamed';
  });
}
