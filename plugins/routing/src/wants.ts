import type { Call, JsonValue, ModelFacts } from '@express-ai-gateway/core/plugin';

/** What a call asks of a model. */
export interface Wants {
  readonly tools: boolean;
  readonly vision: boolean;
  readonly jsonSchema: boolean;
  /** Estimated input, and the output that the client wants room for. Tokens. */
  readonly contextTokens: number;
}

/** Where each format says that the answer must follow a JSON schema, and what stands there then. */
const schemaPlaces: readonly { readonly path: readonly string[]; readonly type?: string }[] = [
  { path: ['response_format', 'type'], type: 'json_schema' }, // OpenAI, Chat Completions
  { path: ['text', 'format', 'type'], type: 'json_schema' }, // OpenAI, Responses
  { path: ['output_config', 'format', 'type'], type: 'json_schema' }, // Anthropic
  { path: ['output_format', 'type'], type: 'json_schema' }, // Anthropic, in beta
  { path: ['generationConfig', 'responseSchema'] }, // Google
  { path: ['generationConfig', 'responseJsonSchema'] },
  { path: ['generation_config', 'response_schema'] }, // Google takes both spellings
  { path: ['generation_config', 'response_json_schema'] },
];

export function wantsOf(call: Call, inputTokens: number): Wants {
  return {
    tools: call.tools.length > 0,
    vision: call.attachments().some(({ kind }) => kind === 'image'),
    jsonSchema: schemaPlaces.some(({ path, type }) => {
      const value = valueAt(call.body, path);
      return type === undefined ? value !== undefined && value !== null : value === type;
    }),
    contextTokens: inputTokens + (call.maxOutputTokens ?? 0),
  };
}

/** What a model lacks for a call, in words. What is not known of it is not lacking. */
export function lacking(wants: Wants, facts: ModelFacts | undefined): string[] {
  if (facts === undefined) return [];
  const { tools, vision, jsonSchema, contextTokens } = facts;
  const lacks: string[] = [];
  if (wants.tools && tools === false) lacks.push('tools');
  if (wants.vision && vision === false) lacks.push('images');
  if (wants.jsonSchema && jsonSchema === false) lacks.push('answers by JSON schema');
  if (contextTokens !== undefined && wants.contextTokens > contextTokens)
    lacks.push(`room for about ${Math.ceil(wants.contextTokens)} tokens (it has ${contextTokens})`);
  return lacks;
}

function valueAt(body: Call['body'], path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, JsonValue>>)[step];
  }
  return value;
}
