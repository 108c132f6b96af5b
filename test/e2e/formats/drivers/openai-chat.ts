import OpenAI from 'openai';
import { type Answered, clientKey, type Driver, type Question } from './driver.ts';

type Message = OpenAI.ChatCompletionMessageParam;

/** The OpenAI library, `chat.completions`. */
export const openaiChatDriver: Driver = {
  name: 'openai, chat.completions',
  format: 'openai-chat',
  async ask(origin, question, signal) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: clientKey, maxRetries: 0 });
    const body = bodyOf(question);
    if (question.stream !== true) return answered(await client.chat.completions.create({ ...body, stream: false }, { signal }), 0);
    const stream = client.chat.completions.stream({ ...body, stream: true, stream_options: { include_usage: true } }, { signal });
    let pieces = 0;
    let reasoning = '';
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as { content?: string | null; reasoning_content?: string } | undefined;
      if (delta?.content) pieces += 1;
      reasoning += delta?.reasoning_content ?? '';
    }
    const final = await stream.finalChatCompletion();
    return { ...answered(final, pieces), reasoning };
  },
};

function bodyOf({
  model,
  system,
  turns,
  tools,
  schema,
  reasoning,
  maxTokens,
}: Question): Omit<OpenAI.ChatCompletionCreateParams, 'stream'> {
  return {
    model,
    messages: [...(system === undefined ? [] : [{ role: 'system', content: system } as const]), ...turns.flatMap(messagesOf)],
    ...(tools && {
      tools: tools.map((tool) => ({ type: 'function', function: { ...tool, parameters: { ...tool.parameters } } }) as const),
    }),
    ...(schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { ...schema }, strict: true } } as const,
    }),
    ...(reasoning === true && { reasoning_effort: 'low' as const }),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
  };
}

function messagesOf(turn: Question['turns'][number]): Message[] {
  if ('answer' in turn) return [turn.answer.raw as Message];
  if ('results' in turn) return turn.results.map(({ call, text }) => ({ role: 'tool', tool_call_id: call.id, content: text }));
  if (turn.image === undefined) return [{ role: 'user', content: turn.user }];
  return [
    {
      role: 'user',
      content: [
        { type: 'text', text: turn.user },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${turn.image}` } },
      ],
    },
  ];
}

function answered({ choices, usage }: OpenAI.ChatCompletion, pieces: number): Answered {
  const [choice] = choices;
  if (choice === undefined) throw new Error('the answer has no choice');
  const { message, finish_reason: finish } = choice;
  return {
    text: message.content ?? '',
    reasoning: (message as { reasoning_content?: string }).reasoning_content ?? '',
    calls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown }]
        : [],
    ),
    finish: finish === 'tool_calls' ? 'tools' : finish === 'length' ? 'length' : 'stop',
    input: usage?.prompt_tokens,
    output: usage?.completion_tokens,
    pieces,
    raw: message,
  };
}
