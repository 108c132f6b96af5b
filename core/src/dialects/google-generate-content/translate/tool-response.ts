import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import { objectIn } from '../../translate/tool-arguments.ts';

// A tool's result is an object here and a text everywhere else. Google's documentation calls its members `output` and `error`;
// clients also write `result`, or `content` beside the tool's `name` (AI SDK, ruby_llm).

export interface ToolResponse {
  readonly text: string;
  readonly isError: boolean;
}

/** What a response of the tool of this name says. */
export function readToolResponse(response: JsonValue | undefined, tool: string): ToolResponse {
  if (!isJsonObject(response)) return { text: textOf(response), isError: false };
  const named = response.name === tool && (response.content !== undefined || response.error !== undefined);
  const [only, ...others] = Object.keys(response).filter((key) => !named || key !== 'name');
  if (only === undefined) return { text: '', isError: false };
  if (others.length > 0) return { text: JSON.stringify(response), isError: false };
  if (only === 'error') return { text: textOf(response.error), isError: true };
  const whole = only === 'result' || only === 'output' || (only === 'content' && named);
  return { text: whole ? textOf(response[only]) : JSON.stringify(response), isError: false };
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** A text that is an object goes as one, so that the model reads no JSON within JSON. */
export function writeToolResponse(text: string, isError: boolean): JsonObject {
  if (isError) return { error: text };
  // `{"$ref": …}` in a response means one of its media parts (AI SDK, convert-to-google-messages): a schema must stay a text.
  const object = text.includes('"$ref"') ? undefined : objectIn(text);
  return object ?? { result: text };
}
