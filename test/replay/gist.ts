import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';

/** What an answer says, in no format: texts and calls that a user would see. */
export interface Gist {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: JsonValue | string }[];
}

const objects = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const inside = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** Arguments as JSON where they are; parsed, for keys and spaces are written otherwise by each format. */
export function argumentsOf(written: JsonValue | undefined): JsonValue | string {
  if (typeof written !== 'string') return written ?? {};
  try {
    return written.trim() === '' ? {} : (JSON.parse(written) as JsonValue);
  } catch {
    return written;
  }
}

/** The gist of a whole answer. */
export function gistOf(dialect: string, body: JsonObject): Gist {
  switch (dialect) {
    case 'openai-chat':
      return chatGist(inside(objects(body.choices)[0]?.message));
    case 'openai-responses':
      return responsesGist(objects(body.output));
    case 'anthropic-messages':
      return anthropicGist(objects(body.content));
    default:
      return googleGist(objects(inside(objects(body.candidates)[0]?.content).parts));
  }
}

function chatGist(message: JsonObject): Gist {
  const { function_call: legacy } = message;
  const calls = [...objects(message.tool_calls).map((call) => inside(call.function)), ...(isJsonObject(legacy) ? [legacy] : [])].filter(
    (call) => text(call.name) !== '',
  );
  return {
    ...contentGist(message),
    calls: calls.map((call) => ({ name: text(call.name), arguments: argumentsOf(call.arguments) })),
  };
}

/** Mistral's contents are lists, with reasoning among the texts. */
export function contentGist(message: JsonObject): Pick<Gist, 'text' | 'reasoning'> {
  const { content } = message;
  const parts = objects(content);
  return {
    text: text(content) + parts.map((part) => text(part.text)).join('') + text(message.refusal),
    reasoning:
      reasoningOf(message) +
      parts
        .flatMap((part) => objects(part.thinking))
        .map((thought) => text(thought.text))
        .join(''),
  };
}

/** The same in up to three places: the first that is there counts. */
function reasoningOf({ reasoning_content: content, reasoning, reasoning_details: details }: JsonObject): string {
  if (typeof content === 'string' && content !== '') return content;
  if (typeof reasoning === 'string') return reasoning;
  return objects(details)
    .map((detail) => text(detail.text) + text(detail.summary))
    .join('');
}

function responsesGist(output: readonly JsonObject[]): Gist {
  const ofType = (type: string): JsonObject[] => output.filter((item) => item.type === type);
  return {
    text: ofType('message')
      .flatMap(({ content }) => objects(content))
      .map((part) => text(part.text) + text(part.refusal))
      .join(''),
    reasoning: ofType('reasoning')
      .map(({ summary, content }) =>
        (objects(summary).length > 0 ? objects(summary) : objects(content)).map((part) => text(part.text)).join(''),
      )
      .join(''),
    calls: ofType('function_call').map((call) => ({ name: text(call.name), arguments: argumentsOf(call.arguments) })),
  };
}

function anthropicGist(blocks: readonly JsonObject[]): Gist {
  const ofType = (type: string): JsonObject[] => blocks.filter((block) => block.type === type);
  return {
    text: ofType('text')
      .map((block) => text(block.text))
      .join(''),
    reasoning: ofType('thinking')
      .map((block) => text(block.thinking))
      .join(''),
    calls: ofType('tool_use').map((block) => ({ name: text(block.name), arguments: argumentsOf(block.input) })),
  };
}

function googleGist(parts: readonly JsonObject[]): Gist {
  return {
    text: parts
      .filter((part) => part.thought !== true)
      .map((part) => text(part.text))
      .join(''),
    reasoning: parts
      .filter((part) => part.thought === true)
      .map((part) => text(part.text))
      .join(''),
    calls: parts.flatMap(({ functionCall: call }) => (isJsonObject(call) ? [{ name: text(call.name), arguments: call.args ?? {} }] : [])),
  };
}
