import OpenAI from 'openai';
import { type Answered, clientKey, type Driver, type Question } from './driver.ts';

type Item = OpenAI.Responses.ResponseInputItem;

/** The OpenAI library, `responses`. */
export const openaiResponsesDriver: Driver = {
  name: 'openai, responses',
  format: 'openai-responses',
  async ask(origin, question, signal) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: clientKey, maxRetries: 0 });
    const body = bodyOf(question);
    if (question.stream !== true) return answered(await client.responses.create({ ...body, stream: false }, { signal }), 0);
    const stream = client.responses.stream({ ...body, stream: true }, { signal });
    let pieces = 0;
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') pieces += 1;
      if (event.type === 'response.failed') throw new Error('the response failed');
    }
    return answered(await stream.finalResponse(), pieces);
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
}: Question): Omit<OpenAI.Responses.ResponseCreateParams, 'stream'> {
  return {
    model,
    ...(system !== undefined && { instructions: system }),
    input: turns.flatMap(itemsOf),
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(tools && {
      tools: tools.map(
        ({ name, description, parameters }) =>
          ({ type: 'function', name, description, parameters: { ...parameters }, strict: true }) as const,
      ),
    }),
    ...(schema && { text: { format: { type: 'json_schema', name: 'answer', schema: { ...schema }, strict: true } as const } }),
    ...(reasoning === true && { reasoning: { effort: 'low', summary: 'auto' } as const }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
  };
}

function itemsOf(turn: Question['turns'][number]): Item[] {
  if ('answer' in turn) return turn.answer.raw as Item[];
  if ('results' in turn) return turn.results.map(({ call, text }) => ({ type: 'function_call_output', call_id: call.id, output: text }));
  if (turn.image === undefined) return [{ role: 'user', content: turn.user }];
  return [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: turn.user },
        { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${turn.image}` },
      ],
    },
  ];
}

function answered(response: OpenAI.Responses.Response, pieces: number): Answered {
  const { output, usage, status } = response;
  const calls = output.flatMap((item) =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) as unknown }] : [],
  );
  return {
    text: output
      .flatMap((item) =>
        item.type === 'message' ? item.content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)) : [],
      )
      .join(''),
    reasoning: output.flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : [])).join(''),
    calls,
    finish: status === 'incomplete' ? 'length' : calls.length > 0 ? 'tools' : 'stop',
    input: usage?.input_tokens,
    output: usage?.output_tokens,
    pieces,
    raw: output,
  };
}
