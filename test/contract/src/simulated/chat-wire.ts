import type { ChatRequest, Choice, Usage } from './chat.ts';
import { type Answer, internalWords, type SimulatedFormat, unnamed } from './format.ts';
import { bearer } from './messages.ts';
import { checkedBody, checkedMessages } from './refusals.ts';

// The wire format of OpenAI's chat completions, as its API reference and its SDK's types give it.

export const chatFormat: SimulatedFormat = {
  read(path, _query, body, offered) {
    if (path !== '/v1/chat/completions') return undefined;
    const json = checkedBody(body, offered);
    checkedMessages(json);
    // Compatible providers (DeepSeek, xAI, vLLM) show reasoning; OpenAI itself does not.
    const effort = json.reasoning_effort;
    return { ...(json as unknown as ChatRequest), reasoning: typeof effort === 'string' && effort !== 'none' };
  },
  whole: completion,
  *frames(answer) {
    for (const chunk of chunks(answer)) yield unnamed(chunk);
  },
  lastFrame: 'data: [DONE]\n\n',
  errorFrame: unnamed({ error: { message: internalWords, type: 'server_error', code: null } }),
  refusalBody: ({ message, type, code }) => ({ error: { message, type, param: null, code } }),
  keyOf: (headers) => bearer(headers.authorization),
};

const fingerprint = 'fp_simulated';

function completion({ serial, created, request, choices, usage }: Answer): object {
  return {
    id: `chatcmpl-simulated-${serial}`,
    object: 'chat.completion',
    created,
    model: request.model,
    choices: choices.map(({ index, pieces, reasoning, toolCalls, finishReason }) => ({
      index,
      message: {
        role: 'assistant',
        content: toolCalls.length > 0 ? null : pieces.join(''),
        ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
        ...(toolCalls.length > 0 && {
          tool_calls: toolCalls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.pieces.join('') },
          })),
        }),
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: finishReason,
    })),
    usage,
    service_tier: 'default',
    system_fingerprint: fingerprint,
  };
}

/** The chunks of a stream in their order; several choices and several tool calls interleave. */
function* chunks(answer: Answer): Generator<object> {
  const withUsage = answer.request.stream_options?.include_usage === true;
  const chunk = (choices: readonly object[], usage?: Usage): object => ({
    id: `chatcmpl-simulated-${answer.serial}`,
    object: 'chat.completion.chunk',
    created: answer.created,
    model: answer.request.model,
    service_tier: 'default',
    system_fingerprint: fingerprint,
    choices,
    ...(withUsage && { usage: usage ?? null }),
  });
  const delta = (index: number, change: object, finish: string | null = null): object =>
    chunk([{ index, delta: change, logprobs: null, finish_reason: finish }]);

  for (const { index, toolCalls } of answer.choices)
    yield delta(index, { role: 'assistant', content: toolCalls.length > 0 ? null : '', refusal: null });
  for (const { index, reasoning } of answer.choices) for (const piece of reasoning) yield delta(index, { reasoning_content: piece });
  for (const [index, piece] of interleaved(answer.choices.map(({ pieces }) => pieces)))
    yield delta((answer.choices[index] as Choice).index, { content: piece });
  for (const { index, toolCalls } of answer.choices) {
    for (const [at, { id, name }] of toolCalls.entries())
      yield delta(index, { tool_calls: [{ index: at, id, type: 'function', function: { name, arguments: '' } }] });
    for (const [at, piece] of interleaved(toolCalls.map(({ pieces }) => pieces)))
      yield delta(index, { tool_calls: [{ index: at, function: { arguments: piece } }] });
  }
  for (const { index, finishReason } of answer.choices) yield delta(index, {}, finishReason);
  if (withUsage) yield chunk([], answer.usage);
}

/** The first of each list, the second of each, and so on, with the list's index. */
function* interleaved(lists: readonly (readonly string[])[]): Generator<[number, string]> {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let at = 0; at < longest; at += 1)
    for (const [index, list] of lists.entries()) if (at < list.length) yield [index, list[at] as string];
}
