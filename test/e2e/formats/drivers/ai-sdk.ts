import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, type LanguageModel, type ModelMessage, Output, streamText, tool } from 'ai';
import type { ClientFormat } from '../providers.ts';
import { type Answered, clientKey, type Driver, type Question } from './driver.ts';

const apiKey = clientKey;

/** The AI SDK with the providers of the three formats; `openai()` speaks Responses by default. */
export const aiSdkDrivers: readonly Driver[] = [
  {
    ...driverOf('ai 7, @ai-sdk/openai', 'openai-responses', (origin, model) => createOpenAI({ baseURL: `${origin}/v1`, apiKey })(model)),
    refers: true,
  },
  driverOf('ai 7, @ai-sdk/openai chat', 'openai-chat', (origin, model) => createOpenAI({ baseURL: `${origin}/v1`, apiKey }).chat(model), [
    'reasoning',
  ]),
  driverOf('ai 7, @ai-sdk/anthropic', 'anthropic-messages', (origin, model) => createAnthropic({ baseURL: `${origin}/v1`, apiKey })(model)),
  driverOf('ai 7, @ai-sdk/google', 'google-generate-content', (origin, model) =>
    createGoogleGenerativeAI({ baseURL: `${origin}/v1beta`, apiKey })(model),
  ),
];

function driverOf(
  name: string,
  format: ClientFormat,
  modelOf: (origin: string, model: string) => LanguageModel,
  lacks: NonNullable<Driver['lacks']> = [],
): Driver {
  return {
    name,
    format,
    lacks,
    async ask(origin, question, signal) {
      const options = optionsOf(question, modelOf(origin, question.model), signal);
      if (question.stream !== true) {
        const result = await generateText(options);
        return answered(result, result.response.messages, 0);
      }
      const errors: unknown[] = [];
      const result = streamText({ ...(options as Parameters<typeof streamText>[0]), onError: ({ error }) => void errors.push(error) });
      let pieces = 0;
      for await (const part of result.fullStream) if (part.type === 'text-delta' && part.text !== '') pieces += 1;
      if (errors.length > 0) throw errors[0];
      const [text, reasoningText, toolCalls, finishReason, usage, response] = await Promise.all([
        result.text,
        result.reasoningText,
        result.toolCalls,
        result.finishReason,
        result.usage,
        result.response,
      ]);
      return answered({ text, reasoningText, toolCalls, finishReason, usage }, response.messages, pieces);
    },
  };
}

function optionsOf(
  { system, turns, tools, schema, reasoning, maxTokens }: Question,
  model: LanguageModel,
  signal: AbortSignal | undefined,
): Parameters<typeof generateText>[0] {
  return {
    model,
    maxRetries: 0,
    ...(signal && { abortSignal: signal }),
    ...(system !== undefined && { system }),
    messages: turns.flatMap(messagesOf),
    ...(tools && {
      tools: Object.fromEntries(
        tools.map(({ name, description, parameters }) => [
          name,
          tool({ description, inputSchema: jsonSchema(parameters as Parameters<typeof jsonSchema>[0]) }),
        ]),
      ),
    }),
    ...(schema && { output: Output.object({ schema: jsonSchema(schema as Parameters<typeof jsonSchema>[0]) }) }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    providerOptions: {
      openai: reasoning === true ? { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true } : {},
      ...(reasoning === true && {
        anthropic: { thinking: { type: 'enabled', budgetTokens: 1_024 } },
        google: { thinkingConfig: { includeThoughts: true, thinkingLevel: 'low' } },
      }),
    },
  };
}

function messagesOf(turn: Question['turns'][number]): ModelMessage[] {
  if ('answer' in turn) return turn.answer.raw as ModelMessage[];
  if ('results' in turn)
    return [
      {
        role: 'tool',
        content: turn.results.map(({ call, text }) => ({
          type: 'tool-result',
          toolCallId: call.id,
          toolName: call.name,
          output: { type: 'text', value: text },
        })),
      },
    ];
  if (turn.image === undefined) return [{ role: 'user', content: turn.user }];
  return [
    {
      role: 'user',
      content: [
        { type: 'text', text: turn.user },
        { type: 'image', image: turn.image, mediaType: 'image/png' },
      ],
    },
  ];
}

interface Result {
  readonly text: string;
  readonly reasoningText: string | undefined;
  readonly toolCalls: readonly { readonly toolCallId: string; readonly toolName: string; readonly input: unknown }[];
  readonly finishReason: string;
  readonly usage: { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined };
}

function answered(
  { text, reasoningText, toolCalls, finishReason, usage }: Result,
  messages: readonly ModelMessage[],
  pieces: number,
): Answered {
  return {
    text,
    reasoning: reasoningText ?? '',
    calls: toolCalls.map(({ toolCallId, toolName, input }) => ({ id: toolCallId, name: toolName, arguments: input })),
    finish: finishReason === 'tool-calls' ? 'tools' : finishReason === 'length' ? 'length' : 'stop',
    input: usage.inputTokens,
    output: usage.outputTokens,
    pieces,
    raw: messages,
  };
}
