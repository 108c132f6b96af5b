import type { ChatMessage, ChatRequest, ContentPart } from './chat.ts';
import { type Answer, internalWords, named, type SimulatedFormat } from './format.ts';
import { checkedBody, invalid } from './refusals.ts';

// Anthropic's Messages API, as its SDK's types and its error messages give it.

type Json = Readonly<Record<string, unknown>>;

/** Signatures of the simulation's own thinking: it takes no others back. */
const signature = 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==';

export const messagesFormat: SimulatedFormat = {
  read(path, _query, body, offered) {
    if (path !== '/v1/messages') return undefined;
    const json = checkedBody(body, offered);
    if (!Number.isInteger(json.max_tokens)) throw invalid('max_tokens: Field required');
    const messages = checkedTurns(json.messages);
    return {
      model: json.model,
      messages: [...systemOf(json.system), ...messages],
      max_tokens: json.max_tokens as number,
      ...toolsOf(json),
      ...formatOf(json.output_config),
      reasoning: thinks(json),
      stream: json.stream === true,
    };
  },
  whole: (answer) => ({
    ...head(answer),
    content: contentOf(answer),
    stop_reason: stopOf(answer),
    stop_sequence: null,
    usage: usageOf(answer),
  }),
  *frames(answer) {
    const { choices, usage } = answer;
    yield named('message_start', {
      type: 'message_start',
      message: { ...head(answer), content: [], stop_reason: null, stop_sequence: null, usage: { ...usageOf(answer), output_tokens: 1 } },
    });
    yield named('ping', { type: 'ping' });
    for (const [index, block] of blocksOf(answer).entries()) {
      yield named('content_block_start', { type: 'content_block_start', index, content_block: block.start });
      for (const delta of block.deltas) yield named('content_block_delta', { type: 'content_block_delta', index, delta });
      yield named('content_block_stop', { type: 'content_block_stop', index });
    }
    if (choices.length > 0)
      yield named('message_delta', {
        type: 'message_delta',
        delta: { stop_reason: stopOf(answer), stop_sequence: null },
        usage: { output_tokens: usage.completion_tokens },
      });
  },
  lastFrame: named('message_stop', { type: 'message_stop' }),
  errorFrame: named('error', { type: 'error', error: { type: 'api_error', message: internalWords } }),
  refusalBody: ({ status, message }) => ({ type: 'error', error: { type: errorType(status), message }, request_id: 'req_simulated' }),
  keyOf: (headers) => bearer(headers.authorization) ?? (headers['x-api-key'] as string | undefined),
};

export function bearer(authorization: string | string[] | undefined): string | undefined {
  return typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined;
}

function errorType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    503: 'overloaded_error',
  };
  return types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

function head({ serial, request }: Answer): object {
  return { id: `msg_simulated${serial}`, type: 'message', role: 'assistant', model: request.model };
}

interface Block {
  readonly start: object;
  readonly deltas: readonly object[];
}

function blocksOf({ choices: [choice] }: Answer): Block[] {
  if (choice === undefined) return [];
  const blocks: Block[] = [];
  if (choice.reasoning.length > 0)
    blocks.push({
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [...choice.reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature }],
    });
  if (choice.pieces.length > 0)
    blocks.push({ start: { type: 'text', text: '' }, deltas: choice.pieces.map((text) => ({ type: 'text_delta', text })) });
  for (const { id, name, pieces } of choice.toolCalls)
    blocks.push({
      start: { type: 'tool_use', id: id.replace('call', 'toolu'), name, input: {} },
      deltas: ['', ...pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    });
  return blocks;
}

function contentOf({ choices: [choice] }: Answer): object[] {
  if (choice === undefined) return [];
  const text = choice.pieces.join('');
  return [
    ...(choice.reasoning.length > 0 ? [{ type: 'thinking', thinking: choice.reasoning.join(''), signature }] : []),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...choice.toolCalls.map(({ id, name, pieces }) => ({
      type: 'tool_use',
      id: id.replace('call', 'toolu'),
      name,
      input: JSON.parse(pieces.join('')) as unknown,
    })),
  ];
}

function stopOf({ choices: [choice] }: Answer): string {
  if (choice?.finishReason === 'tool_calls') return 'tool_use';
  return choice?.finishReason === 'length' ? 'max_tokens' : 'end_turn';
}

function usageOf({ usage }: Answer): object {
  return {
    input_tokens: usage.prompt_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: usage.completion_tokens,
    service_tier: 'standard',
  };
}

function systemOf(system: unknown): ChatMessage[] {
  if (system === undefined) return [];
  if (typeof system === 'string') return [{ role: 'system', content: system }];
  return [{ role: 'system', content: blocks(system, 'system').map((block, at) => part(block, `system.${at}`)) }];
}

/** Turns as Anthropic checks them: who speaks first, which results answer which calls, no empty texts. */
function checkedTurns(messages: unknown): ChatMessage[] {
  if (!Array.isArray(messages) || messages.length === 0) throw invalid('messages: at least one message is required');
  let awaited: string[] = [];
  const turns: ChatMessage[] = [];
  for (const [at, message] of (messages as Json[]).entries()) {
    const place = `messages.${at}`;
    // Newer models take instructions in the middle (SDK 0.137); they are no turn of anybody's.
    if (message.role === 'system') {
      turns.push({
        role: 'system',
        content: typeof message.content === 'string' ? message.content : blocks(message.content, place).map((block) => part(block, place)),
      });
      continue;
    }
    if (message.role !== 'user' && message.role !== 'assistant')
      throw invalid(`${place}.role: Input should be 'user' or 'assistant', was ${JSON.stringify(message.role)}`);
    if (at === 0 && message.role !== 'user') throw invalid('messages: first message must use the "user" role');
    if (turns.findLast(({ role }) => role !== 'system')?.role === message.role) throw invalid(`${place}: roles must alternate`);
    const content =
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : blocks(message.content, `${place}.content`);
    awaited = checkedPairs(content, message.role, awaited, place);
    turns.push(turnOf(message.role, content, place));
  }
  if (awaited.length > 0) throw invalid(`messages: \`tool_use\` ids were found without \`tool_result\` blocks: ${awaited.join(', ')}`);
  return turns;
}

/** The ids of calls that the next turn must answer. */
function checkedPairs(content: readonly Json[], role: string, awaited: readonly string[], place: string): string[] {
  const results = content.filter(({ type }) => type === 'tool_result').map(({ tool_use_id }) => String(tool_use_id));
  if (role === 'user') {
    if (awaited.length !== results.length || awaited.some((id) => !results.includes(id)))
      throw invalid(`${place}: tool_result blocks [${results.join(', ')}] do not answer the tool_use blocks [${awaited.join(', ')}]`);
    if (content.findLastIndex(({ type }) => type === 'tool_result') >= results.length)
      throw invalid(`${place}: tool_result blocks must come first`);
    return [];
  }
  if (results.length > 0) throw invalid(`${place}: tool_result blocks can only be in user messages`);
  const calls = content.filter(({ type }) => type === 'tool_use');
  for (const { id, input } of calls) {
    if (typeof id !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(id))
      throw invalid(`${place}: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw invalid(`${place}: tool_use.input: should be a valid dictionary`);
  }
  const thinking = content.findIndex(({ type }) => type === 'thinking');
  if (thinking > 0) throw invalid(`${place}: thinking must come first`);
  const ids = calls.map(({ id }) => String(id));
  if (new Set(ids).size < ids.length) throw invalid(`${place}: \`tool_use\` ids must be unique`);
  return ids;
}

function turnOf(role: string, content: readonly Json[], place: string): ChatMessage {
  const results = content.filter(({ type }) => type === 'tool_result');
  if (results.length > 0) {
    const parts = results.flatMap(({ content: inner }) =>
      typeof inner === 'string' ? [{ type: 'text', text: inner }] : blocks(inner ?? [], place).map((block) => part(block, place)),
    );
    const rest = content.filter(({ type }) => type !== 'tool_result').map((block) => part(block, place));
    return { role: rest.length > 0 ? 'user' : 'tool', content: [...parts, ...rest] };
  }
  return {
    role,
    content: content
      .filter(({ type }) => type !== 'tool_use')
      .flatMap((block) => (block.type === 'thinking' ? signed(block, place) : part(block, place))),
  };
}

function signed(block: Json, place: string): ContentPart[] {
  if (block.signature !== signature) throw invalid(`${place}: Invalid \`signature\` in \`thinking\` block`);
  return [];
}

function part(block: Json, place: string): ContentPart {
  switch (block.type) {
    case 'text':
      if (typeof block.text !== 'string' || block.text === '') throw invalid(`${place}: text content blocks must be non-empty`);
      return { type: 'text', text: block.text };
    case 'image':
    case 'document':
      return { type: checkedSource(block, place) };
    default:
      throw invalid(`${place}: Input tag '${String(block.type)}' found using 'type' does not match any of the expected tags`);
  }
}

function checkedSource({ type, source }: Json, place: string): string {
  const { type: kind, data, media_type, url } = (source ?? {}) as Json;
  const right =
    (kind === 'base64' && typeof data === 'string' && typeof media_type === 'string') ||
    (kind === 'url' && typeof url === 'string') ||
    (kind === 'text' && typeof data === 'string');
  if (!right) throw invalid(`${place}: ${String(type)}.source: invalid`);
  return String(type);
}

function blocks(value: unknown, place: string): Json[] {
  if (!Array.isArray(value)) throw invalid(`${place}: Input should be a valid list`);
  return value as Json[];
}

function toolsOf({ tools, tool_choice: choice }: Json): Pick<ChatRequest, 'tools' | 'tool_choice'> {
  if (tools === undefined) {
    if (choice !== undefined) throw invalid('tool_choice: may only be specified while providing tools');
    return {};
  }
  const list = blocks(tools, 'tools').map(({ name, input_schema: schema }, at) => {
    if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) throw invalid(`tools.${at}.name: String should match pattern`);
    if ((schema as Json | undefined)?.type !== 'object') throw invalid(`tools.${at}.input_schema.type: Input should be 'object'`);
    return { type: 'function', function: { name, parameters: schema } };
  });
  return { tools: list, tool_choice: (choice as Json | undefined)?.type };
}

function formatOf(config: unknown): Pick<ChatRequest, 'response_format'> {
  const format = (config as Json | undefined)?.format as Json | undefined;
  if (format === undefined) return {};
  if (format.type !== 'json_schema' || typeof format.schema !== 'object') throw invalid('output_config.format: invalid');
  return { response_format: { type: 'json_schema', json_schema: { schema: format.schema } } };
}

function thinks({ thinking, max_tokens: limit }: Json): boolean {
  const { type, budget_tokens: budget } = (thinking ?? {}) as Json;
  if (type === 'enabled') {
    if (typeof budget !== 'number' || budget < 1024)
      throw invalid('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
    if (budget >= (limit as number)) throw invalid('`max_tokens` must be greater than `thinking.budget_tokens`');
  }
  return type === 'enabled' || type === 'adaptive';
}
