import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import { type Answered, clientKey, type Driver, type Question } from './driver.ts';

/** The Anthropic library, the current major and the one before. */
export const anthropicDriver: Driver = driverOf('@anthropic-ai/sdk 1', Anthropic);
export const anthropic0Driver: Driver = driverOf('@anthropic-ai/sdk 0', Anthropic0 as unknown as typeof Anthropic);

function driverOf(name: string, Client: typeof Anthropic): Driver {
  return {
    name,
    format: 'anthropic-messages',
    async ask(origin, question, signal) {
      const client = new Client({ baseURL: origin, apiKey: clientKey, maxRetries: 0 });
      const body = bodyOf(question);
      if (question.stream !== true) return answered(await client.messages.create({ ...body, stream: false }, { signal }), 0);
      const stream = client.messages.stream(body, { signal });
      let pieces = 0;
      for await (const event of stream) if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') pieces += 1;
      return answered(await stream.finalMessage(), pieces);
    },
  };
}

function bodyOf({ model, system, turns, tools, schema, reasoning, maxTokens }: Question): Omit<Anthropic.MessageCreateParams, 'stream'> {
  return {
    model,
    max_tokens: maxTokens ?? 4_000,
    ...(system !== undefined && { system }),
    messages: turns.map(messageOf),
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters as Anthropic.Tool.InputSchema,
      })),
    }),
    ...(schema && { output_config: { format: { type: 'json_schema', schema: { ...schema } } } as const }),
    ...(reasoning === true && { thinking: { type: 'enabled', budget_tokens: 1_024 } as const }),
  };
}

function messageOf(turn: Question['turns'][number]): Anthropic.MessageParam {
  if ('answer' in turn) return { role: 'assistant', content: turn.answer.raw as Anthropic.ContentBlockParam[] };
  if ('results' in turn)
    return { role: 'user', content: turn.results.map(({ call, text }) => ({ type: 'tool_result', tool_use_id: call.id, content: text })) };
  if (turn.image === undefined) return { role: 'user', content: turn.user };
  return {
    role: 'user',
    content: [
      { type: 'text', text: turn.user },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: turn.image } },
    ],
  };
}

function answered({ content, usage, stop_reason: stop }: Anthropic.Message, pieces: number): Answered {
  return {
    text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    reasoning: content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : [])).join(''),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [])),
    finish: stop === 'tool_use' ? 'tools' : stop === 'max_tokens' ? 'length' : 'stop',
    input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    output: usage.output_tokens,
    pieces,
    raw: content,
  };
}
