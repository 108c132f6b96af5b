import type { ChatRequest, Choice, Usage } from './chat.ts';

// The wire format of OpenAI's chat completions, as its API reference and its SDK's types give it.

export interface Answer {
  readonly id: string;
  readonly created: number;
  readonly request: ChatRequest;
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

const fingerprint = 'fp_simulated';

export function completion({ id, created, request, choices, usage }: Answer): object {
  return {
    id,
    object: 'chat.completion',
    created,
    model: request.model,
    choices: choices.map(({ index, pieces, toolCalls, finishReason }) => ({
      index,
      message: {
        role: 'assistant',
        content: toolCalls.length > 0 ? null : pieces.join(''),
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
export function* chunks(answer: Answer): Generator<object> {
  const withUsage = answer.request.stream_options?.include_usage === true;
  const chunk = (choices: readonly object[], usage?: Usage): object => ({
    id: answer.id,
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
