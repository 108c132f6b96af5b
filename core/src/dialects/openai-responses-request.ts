import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { badField } from './fields.ts';

// What a request of OpenAI's Responses says of itself; counting its tokens takes the same.

/** The model, which a prompt template may have of its own at OpenAI. */
export function responsesModel(body: JsonObject): string {
  const model = body.model;
  if (typeof model === 'string' && model !== '') return model;
  const hidden = isGiven(body.prompt) ? ' (that of a prompt template cannot be seen here: name it in the request as well)' : '';
  return badField('model', `a non-empty string${hidden}`, model);
}

/** A text, a list of items, or nothing where the request refers to what was said before. */
export function checkInput(body: JsonObject): void {
  const input = body.input;
  if (typeof input === 'string') return;
  if (!isGiven(input)) {
    if (['prompt', 'previous_response_id', 'conversation'].some((field) => isGiven(body[field]))) return;
    badField('input', 'a string or an array of items (or a prompt, previous_response_id or conversation)', input);
  }
  if (!Array.isArray(input)) badField('input', 'a string or an array of items', input);
  input.forEach((item: JsonValue, index: number) => {
    if (!isJsonObject(item)) badField(`input[${index}]`, 'an object (an item)', item);
  });
}

/** Names of the tools on offer, those in namespaces and those that the input adds among them. */
export function responsesTools(body: JsonObject): string[] {
  const names = toolNames(body.tools, 'tools');
  if (!Array.isArray(body.input)) return names;
  for (const [index, item] of (body.input as readonly JsonValue[]).entries())
    if (isJsonObject(item) && (item.type === 'additional_tools' || item.type === 'tool_search_output'))
      names.push(...toolNames(item.tools, `input[${index}].tools`));
  return names;
}

function toolNames(tools: JsonValue | undefined, field: string): string[] {
  if (!isGiven(tools)) return [];
  if (!Array.isArray(tools)) badField(field, 'an array', tools);
  return (tools as readonly JsonValue[]).flatMap((tool, index) => {
    if (!isJsonObject(tool)) badField(`${field}[${index}]`, 'an object', tool);
    if (tool.type === 'namespace') return toolNames(tool.tools, `${field}[${index}].tools`);
    if (typeof tool.name === 'string') return [tool.name];
    return [typeof tool.type === 'string' ? tool.type : 'unnamed'];
  });
}

/** What the request goes on from and only one account has: an answer, a conversation, a stored item, a prompt template. */
export function responsesStates(body: JsonObject): readonly string[] {
  const named = [given(body.previous_response_id), idOf(body.conversation), isJsonObject(body.prompt) ? idOf(body.prompt) : undefined];
  return [...named.filter((id) => id !== undefined), ...storedItems(body.input)];
}

function storedItems(input: JsonValue | undefined): string[] {
  if (!Array.isArray(input)) return [];
  return (input as readonly JsonValue[]).flatMap((item) =>
    isJsonObject(item) && isReference(item) ? [given(item.id) ?? 'without id'] : [],
  );
}

/** The type may be left out: an id, and nothing that says what it is. */
function isReference({ type, role, id }: JsonObject): boolean {
  return type === 'item_reference' || (!isGiven(type) && !isGiven(role) && given(id) !== undefined);
}

function idOf(value: JsonValue | undefined): string | undefined {
  return isJsonObject(value) ? (given(value.id) ?? 'without id') : given(value);
}

function given(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}
