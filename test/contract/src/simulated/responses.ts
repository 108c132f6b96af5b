import type { ChatMessage, ChatRequest, ContentPart } from './chat.ts';
import { type Answer, internalWords, named, type SimulatedFormat } from './format.ts';
import { bearer } from './messages.ts';
import { checkedBody, invalid } from './refusals.ts';

// OpenAI's Responses, as its SDK's types give them.

type Json = Readonly<Record<string, unknown>>;

/** The simulation's own encrypted reasoning: it takes no other back. */
const encrypted = 'gAAAAsimulated-reasoning';

export const responsesFormat: SimulatedFormat = {
  read(path, _query, body, offered) {
    if (path !== '/v1/responses') return undefined;
    const json = checkedBody(body, offered);
    if (json.previous_response_id !== undefined && json.previous_response_id !== null)
      throw invalid(`Previous response with id '${String(json.previous_response_id)}' not found.`);
    const limit = json.max_output_tokens;
    if (typeof limit === 'number' && limit < 16)
      throw invalid("Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.");
    const instructions: ChatMessage[] = typeof json.instructions === 'string' ? [{ role: 'system', content: json.instructions }] : [];
    return {
      model: json.model,
      messages: [...instructions, ...checkedInput(json.input)],
      ...(typeof limit === 'number' && { max_tokens: limit }),
      ...toolsOf(json),
      ...formatOf(json.text),
      reasoning: typeof (json.reasoning as Json | undefined)?.summary === 'string',
      store: json.store !== false,
      stream: json.stream === true,
    };
  },
  whole: (answer) => response(answer, statusOf(answer), kept(answer)),
  *frames(answer) {
    let serial = -1;
    const event = (type: string, data: object): string => {
      serial += 1;
      return named(type, { type, sequence_number: serial, ...data });
    };
    yield event('response.created', { response: response(answer, 'in_progress', []) });
    yield event('response.in_progress', { response: response(answer, 'in_progress', []) });
    for (const [output_index, item] of itemsOf(answer).entries()) {
      yield event('response.output_item.added', { output_index, item: opened(item) });
      for (const [type, data] of piecesOf(answer, item)) yield event(type, { item_id: item.id, output_index, ...data });
      yield event('response.output_item.done', { output_index, item });
    }
    const status = statusOf(answer);
    yield event(`response.${status}`, { response: response(answer, status, kept(answer)) });
  },
  lastFrame: undefined,
  errorFrame: named('error', { type: 'error', code: 'server_error', message: internalWords, param: null, sequence_number: 3 }),
  refusalBody: ({ message, type, code }) => ({ error: { message, type, param: null, code } }),
  keyOf: (headers) => bearer(headers.authorization),
};

/** Items of the last answers, for requests that refer to them: kept unless told not to, as the original does. */
const store = new Map<string, Item>();

const maxKept = 1_000;

function kept(answer: Answer): Item[] {
  const items = itemsOf(answer);
  if (answer.request.store === true) for (const item of items) store.set(item.id, item);
  for (const id of store.keys()) {
    if (store.size <= maxKept) break;
    store.delete(id);
  }
  return items;
}

function referred(item: Json): Json {
  if (item.type !== 'item_reference') return item;
  const found = store.get(String(item.id));
  if (found === undefined) throw invalid(`Item with id '${String(item.id)}' not found.`);
  return found;
}

interface Item extends Json {
  readonly id: string;
  readonly type: string;
}

function response({ serial, created, request, choices, usage }: Answer, status: string, output: readonly Item[]): object {
  return {
    id: `resp_simulated${serial}`,
    object: 'response',
    created_at: created,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    max_output_tokens: request.max_tokens ?? null,
    model: request.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage:
      status === 'in_progress' || choices.length === 0
        ? null
        : {
            input_tokens: usage.prompt_tokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: usage.completion_tokens,
            output_tokens_details: usage.completion_tokens_details,
            total_tokens: usage.total_tokens,
          },
    user: null,
    metadata: {},
  };
}

function statusOf({ choices: [choice] }: Answer): string {
  return choice?.finishReason === 'length' ? 'incomplete' : 'completed';
}

function itemsOf({ serial, choices: [choice] }: Answer): Item[] {
  if (choice === undefined) return [];
  const text = choice.pieces.join('');
  return [
    ...(choice.reasoning.length > 0
      ? [
          {
            id: `rs_simulated${serial}`,
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: choice.reasoning.join('') }],
            encrypted_content: encrypted,
          },
        ]
      : []),
    ...(text === ''
      ? []
      : [
          {
            id: `msg_simulated${serial}`,
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', annotations: [], logprobs: [], text }],
          },
        ]),
    ...choice.toolCalls.map(({ id, name, pieces }, at) => ({
      id: `fc_simulated${serial}_${at}`,
      type: 'function_call',
      status: 'completed',
      arguments: pieces.join(''),
      call_id: id,
      name,
    })),
  ];
}

/** An item as it is when it begins. */
function opened(item: Item): Json {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' };
  return { ...item, summary: [] };
}

function* piecesOf({ choices: [choice] }: Answer, item: Item): Generator<[string, object]> {
  if (choice === undefined) return;
  if (item.type === 'message') {
    const part = (text: string): object => ({ content_index: 0, part: { type: 'output_text', annotations: [], logprobs: [], text } });
    const text = choice.pieces.join('');
    yield ['response.content_part.added', part('')];
    for (const delta of choice.pieces) yield ['response.output_text.delta', { content_index: 0, delta, logprobs: [], obfuscation: 'x8Fq' }];
    yield ['response.output_text.done', { content_index: 0, text, logprobs: [] }];
    yield ['response.content_part.done', part(text)];
  } else if (item.type === 'reasoning') {
    const part = (text: string): object => ({ summary_index: 0, part: { type: 'summary_text', text } });
    const text = choice.reasoning.join('');
    yield ['response.reasoning_summary_part.added', part('')];
    for (const delta of choice.reasoning) yield ['response.reasoning_summary_text.delta', { summary_index: 0, delta }];
    yield ['response.reasoning_summary_text.done', { summary_index: 0, text }];
    yield ['response.reasoning_summary_part.done', part(text)];
  } else {
    const pieces = choice.toolCalls.find(({ id }) => id === item.call_id)?.pieces ?? [];
    for (const delta of pieces) yield ['response.function_call_arguments.delta', { delta }];
    yield ['response.function_call_arguments.done', { name: item.name, arguments: pieces.join('') }];
  }
}

function checkedInput(input: unknown): ChatMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input) || input.length === 0) throw invalid("Missing required parameter: 'input'.");
  const calls = new Set<unknown>();
  const turns = (input as Json[]).map(referred).flatMap((item, at): ChatMessage[] => {
    switch (item.type ?? 'message') {
      case 'message':
        return [{ role: String(item.role), content: contentOf(item.content, item.role, at) }];
      case 'function_call':
        if (typeof item.arguments !== 'string' || typeof item.call_id !== 'string')
          throw invalid(`Missing required parameter: 'input[${at}]'.`);
        calls.add(item.call_id);
        return [];
      case 'function_call_output':
        if (!calls.delete(item.call_id)) throw invalid(`No tool call found for function call output with call_id ${String(item.call_id)}.`);
        return [{ role: 'tool', content: typeof item.output === 'string' ? item.output : contentOf(item.output, 'user', at) }];
      case 'reasoning':
        if (item.encrypted_content !== encrypted) throw invalid('The encrypted content could not be verified.');
        return [];
      default:
        throw invalid(`Invalid value: '${String(item.type)}' at 'input[${at}].type'.`);
    }
  });
  if (calls.size > 0) throw invalid(`No tool output found for function call ${[...calls].join(', ')}.`);
  return turns;
}

function contentOf(content: unknown, role: unknown, at: number): string | ContentPart[] {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalid(`Invalid type for 'input[${at}].content'.`);
  const textType = role === 'assistant' ? 'output_text' : 'input_text';
  return (content as Json[]).map(({ type, text }) => {
    if (type === textType && typeof text === 'string') return { type: 'text', text };
    if (role !== 'assistant' && (type === 'input_image' || type === 'input_file'))
      return { type: type === 'input_image' ? 'image' : 'document' };
    throw invalid(`Invalid value: '${String(type)}'. Supported values are: '${textType}'. (input[${at}].content)`);
  });
}

function toolsOf({ tools, tool_choice: choice }: Json): Pick<ChatRequest, 'tools' | 'tool_choice'> {
  if (tools === undefined) return {};
  if (!Array.isArray(tools)) throw invalid("Invalid type for 'tools'.");
  return {
    // Tools of the provider's own and custom ones are taken, and never called here.
    tools: (tools as Json[])
      .filter(({ type }) => type === 'function')
      .map(({ name, parameters, strict }, at) => {
        if (typeof name !== 'string') throw invalid(`Missing required parameter: 'tools[${at}].name'.`);
        // Strict is the default here, and a strict schema must forbid what it does not name.
        if (strict !== false && (parameters as Json | undefined)?.additionalProperties !== false)
          throw invalid(`Invalid schema for function '${name}': 'additionalProperties' is required to be supplied and to be false.`);
        return { type: 'function', function: { name, parameters } };
      }),
    tool_choice: choice,
  };
}

function formatOf(text: unknown): Pick<ChatRequest, 'response_format'> {
  const format = (text as Json | undefined)?.format as Json | undefined;
  if (format?.type === 'json_object') return { response_format: { type: 'json_object' } };
  if (format?.type !== 'json_schema') return {};
  if (typeof format.name !== 'string') throw invalid("Missing required parameter: 'text.format.name'.");
  return { response_format: { type: 'json_schema', json_schema: { schema: format.schema } } };
}
