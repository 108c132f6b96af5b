import type { JsonObject } from '../../model/json.ts';
import type { CallFacts } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount, optionalFlag } from '../fields.ts';
import { checkInput, responsesModel, responsesTools } from '../openai-responses-request.ts';

/** Reads what the gateway decides by; everything else is the provider's business and goes through untouched. */
export function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = responsesModel(body);
  checkInput(body);
  if (optionalFlag('background', body.background))
    badField(
      'background',
      'false: an answer in the background would come outside this exchange, where nothing could account for it (ask for a stream instead)',
      true,
    );
  optionalCount('max_tool_calls', body.max_tool_calls);
  return {
    model,
    stream: optionalFlag('stream', body.stream),
    maxOutputTokens: optionalCount('max_output_tokens', body.max_output_tokens),
    tools: responsesTools(body),
  };
}
