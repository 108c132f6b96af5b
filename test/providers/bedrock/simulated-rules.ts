import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/src/model/json.ts';

// What Bedrock refuses of a body with a 400, in its own words where they are known.

const converseKeys = new Set([
  ...['messages', 'system', 'inferenceConfig', 'toolConfig', 'outputConfig', 'additionalModelRequestFields'],
  ...['additionalModelResponseFieldPaths', 'requestMetadata', 'guardrailConfig', 'performanceConfig', 'serviceTier', 'promptVariables'],
]);

/** What is wrong with a body for Converse. */
export function converseProblem(body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((key) => !converseKeys.has(key));
  if (unknown !== undefined) return `Unexpected field ${unknown}`;
  const messages = objects(body.messages);
  if (messages.length === 0) return 'A conversation must have messages.';
  for (const [index, { role }] of messages.entries())
    if (role !== (index % 2 === 0 ? 'user' : 'assistant')) return 'A conversation must alternate between user and assistant roles.';
  return messages.map((message, index) => messageProblem(message, messages[index + 1])).find(Boolean) ?? toolProblem(body, messages);
}

function messageProblem({ content, role }: JsonObject, next: JsonObject | undefined): string | undefined {
  const blocks = objects(content);
  if (blocks.length === 0) return 'The content field in the Message object is empty.';
  for (const { text, document, toolUse, toolResult } of blocks) {
    if (typeof text === 'string' && text.trim() === '') return 'The text field in the ContentBlock object is blank.';
    if (isJsonObject(document) && !/^(?!.* {2})[\w ()[\]-]{1,200}$/.test(String(document.name))) return 'The document name is not allowed.';
    if (document !== undefined && !blocks.some((block) => block.text !== undefined)) return 'A text block is required beside a document.';
    for (const used of [toolUse, toolResult])
      if (isJsonObject(used) && !/^[a-zA-Z0-9_-]{1,64}$/.test(String(used.toolUseId))) return 'The toolUseId is not allowed.';
    if (isJsonObject(toolResult) && objects(toolResult.content).length === 0) return 'The content field in the ToolResultBlock is empty.';
  }
  const called = idsOf(blocks, 'toolUse');
  const answered = idsOf(objects(next?.content), 'toolResult');
  if (role === 'assistant' && called.join() !== answered.join())
    return 'Expected toolResult blocks for every toolUse of the previous turn.';
  return undefined;
}

function toolProblem(body: JsonObject, messages: readonly JsonObject[]): string | undefined {
  const config = isJsonObject(body.toolConfig) ? body.toolConfig : undefined;
  const used = messages.some(({ content }) =>
    objects(content).some((block) => block.toolUse !== undefined || block.toolResult !== undefined),
  );
  if (used && config === undefined) return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
  if (config !== undefined && objects(config.tools).length === 0) return 'The tools field is empty.';
  return undefined;
}

function idsOf(blocks: readonly JsonObject[], kind: 'toolUse' | 'toolResult'): string[] {
  return blocks.flatMap((block) => (isJsonObject(block[kind]) ? String(block[kind].toolUseId) : []));
}

const knownBetas = new Set(['context-1m-2025-08-07', 'interleaved-thinking-2025-05-14', 'fine-grained-tool-streaming-2025-05-14']);

/** What is wrong with a body of Anthropic's for Invoke. */
export function invokeProblem(body: JsonObject): string | undefined {
  if (body.anthropic_version !== 'bedrock-2023-05-31') return 'Invalid API version';
  for (const key of ['model', 'stream']) if (body[key] !== undefined) return `${key}: Extra inputs are not permitted`;
  if (typeof body.max_tokens !== 'number') return 'max_tokens: Field required';
  const betas = (body.anthropic_beta ?? []) as readonly JsonValue[];
  if (betas.some((beta) => !knownBetas.has(String(beta)))) return 'invalid beta flag';
  const eager = objects(body.tools).some((tool) => tool.eager_input_streaming !== undefined);
  return eager ? 'tools.0.eager_input_streaming: Extra inputs are not permitted' : undefined;
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}
