// What the simulated provider answers to a chat call: made from the request alone, so that a test can foretell it.

/** The parts of a chat request that the simulation reads. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly n?: number | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly tools?: readonly ChatTool[];
  readonly tool_choice?: unknown;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema?: unknown } };
  /** Whether the provider may keep the answer, where it does. */
  readonly store?: boolean;
  /** Whether the caller wants to see reasoning. */
  readonly reasoning?: boolean;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean | null } | null;
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null | readonly ContentPart[];
}

/** A part that is no text is only counted. */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
}

export interface ChatTool {
  readonly type: string;
  readonly function?: { readonly name: string; readonly parameters?: unknown };
}

/** One choice in the pieces in which a stream gives it. */
export interface Choice {
  readonly index: number;
  readonly pieces: readonly string[];
  /** Reasoning before the answer, in pieces. */
  readonly reasoning: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Text of a JSON object, in pieces. */
  readonly pieces: readonly string[];
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/** A word with the space before it is one token of the simulation. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

export function textOf(message: ChatMessage | undefined): string {
  const content = message?.content;
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap((part) => part.text ?? []).join(' ');
}

/** ` (with 2 image)`: what a message has besides texts. */
function mediaOf(message: ChatMessage | undefined): string {
  const content = message?.content;
  if (typeof content === 'string') return '';
  const media = (content ?? []).filter(({ text }) => text === undefined).map(({ type }) => type);
  return media.length === 0 ? '' : ` (with ${media.length} ${[...new Set(media)].join(', ')})`;
}

/** The choices of an answer. */
export function choicesOf(request: ChatRequest): Choice[] {
  const count = request.n ?? 1;
  return Array.from({ length: count }, (_, index) => choice(request, index));
}

export function usageOf(request: ChatRequest, choices: readonly Choice[]): Usage {
  const prompt = request.messages.reduce((sum, message) => sum + 3 + tokensOf(textOf(message)).length, 0);
  const completion = choices.reduce(
    (sum, { pieces, reasoning, toolCalls }) =>
      sum + pieces.length + reasoning.length + toolCalls.reduce((calls, call) => calls + call.pieces.length, 0),
    0,
  );
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: choices.reduce((sum, { reasoning }) => sum + reasoning.length, 0) },
  };
}

function choice(request: ChatRequest, index: number): Choice {
  const calls = toolCalls(request, index);
  const reasoning = request.reasoning === true ? tokensOf(`[simulated] Thinking about: ${textOf(request.messages.at(-1))}`) : [];
  if (calls.length > 0) return { index, pieces: [], reasoning, toolCalls: calls, finishReason: 'tool_calls' };
  const pieces = tokensOf(answerText(request, index));
  const limit = request.max_completion_tokens ?? request.max_tokens ?? pieces.length;
  return { index, pieces: pieces.slice(0, limit), reasoning, toolCalls: [], finishReason: limit < pieces.length ? 'length' : 'stop' };
}

function answerText(request: ChatRequest, index: number): string {
  const last = request.messages.at(-1);
  const { response_format: format } = request;
  if (format?.type === 'json_schema') return JSON.stringify(exampleOf(format.json_schema?.schema, 'simulated'));
  if (format?.type === 'json_object') return JSON.stringify({ simulated: true, said: textOf(last) });
  if (/repeat your instructions/i.test(textOf(last)))
    return `[simulated] Instructions: ${request.messages
      .filter(({ role }) => role === 'system' || role === 'developer')
      .map(textOf)
      .join(' | ')}`;
  const verb = last?.role === 'tool' ? 'The tool said' : 'You said';
  return `[simulated]${index === 0 ? '' : ` (choice ${index})`} ${verb}: ${textOf(last)}${mediaOf(last)}`;
}

/** Two calls at most, when the user says "use the tool". */
function toolCalls({ tools, tool_choice, messages }: ChatRequest, choiceIndex: number): ToolCall[] {
  const last = messages.at(-1);
  if (tools === undefined || tool_choice === 'none') return [];
  const asked = last?.role === 'user' && /use the tool/i.test(textOf(last));
  const forced = isForced(tool_choice);
  if (!asked && !forced) return [];
  const words = asked ? textOf(last) : 'simulated';
  return tools.slice(0, asked ? 2 : 1).flatMap(({ function: tool }, index) => {
    if (tool === undefined) return [];
    const json = JSON.stringify(exampleOf(tool.parameters, words));
    return [{ id: `call_sim_${choiceIndex}_${index}`, name: tool.name, pieces: json.match(/[\s\S]{1,7}/g) ?? [] }];
  });
}

/** Each format has its own word for a tool that must be called, or an object that names it. */
function isForced(choice: unknown): boolean {
  return (
    choice === 'required' || choice === 'any' || choice === 'tool' || choice === 'ANY' || (typeof choice === 'object' && choice !== null)
  );
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, unknown>>;
}

/** A value that a JSON schema accepts, as far as the simulation understands schemas. Strings hold `words`. */
export function exampleOf(schema: unknown, words: string, definitions: Readonly<Record<string, unknown>> = {}, depth = 0): unknown {
  if (typeof schema !== 'object' || schema === null || depth > 16) return {};
  const known = schema as Schema;
  const defs = { ...definitions, ...known.$defs };
  const inner = (part: unknown): unknown => exampleOf(part, words, defs, depth + 1);
  if (known.const !== undefined) return known.const;
  if (known.enum !== undefined) return known.enum[0];
  if (known.$ref !== undefined) return inner(defs[known.$ref.split('/').at(-1) ?? '']);
  const variants = known.anyOf ?? known.oneOf;
  if (variants !== undefined) return inner(variants[0]);
  switch (Array.isArray(known.type) ? known.type[0] : known.type) {
    case 'string':
      return words;
    case 'integer':
    case 'number':
      return 42;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return [inner(known.items)];
    default:
      return Object.fromEntries(Object.entries(known.properties ?? {}).map(([name, part]) => [name, inner(part)]));
  }
}
