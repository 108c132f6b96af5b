import { framesIn, unnamed } from './frames.ts';
import { escaped, failed, type KitDialect, oddSchema, type StreamFormat } from './kit-dialect.ts';

// OpenAI's Chat, and the completions before it: choices, streamed as chunks without a name, `[DONE]` at the end.

const usage = '{"prompt_tokens":7,"completion_tokens":11,"total_tokens":18}';
const done = unnamed('[DONE]');
export const openaiErrorBody = `{"error":{"message":"${failed}","type":"server_error","param":null,"code":null}}`;
const errorFrame = unnamed(openaiErrorBody);

interface Choice {
  readonly text?: string;
  readonly delta?: {
    readonly content?: string | null;
    readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
  };
}

/** What a stream's chunks say of the first choice, put together; who reads stops at `[DONE]`. */
function joined(body: string, read: (choice: Choice) => string | null | undefined): string {
  let text = '';
  for (const { data } of framesIn(body)) {
    if (data === '[DONE]') break;
    const { choices } = JSON.parse(data) as { choices?: readonly Choice[] };
    if (choices?.[0] !== undefined) text += read(choices[0]) ?? '';
  }
  return text;
}

const chunkOf = (members: string): string =>
  unnamed(`{"id":"chatcmpl-kit","object":"chat.completion.chunk","created":1700000000,"model":"kit",${members}}`);
const chunk = (delta: string, finish = 'null'): string =>
  chunkOf(`"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]`);
const usageChunk = chunkOf(`"choices":[],"usage":${usage}`);

const chatStream: StreamFormat = {
  frames: (pieces) => ({
    beginning: chunk('{"role":"assistant","content":""}'),
    pieces: pieces.map((piece) => chunk(`{"content":"${escaped(piece)}"}`)),
    end: chunk('{}', '"stop"') + usageChunk + done,
  }),
  errorFrame,
  texts: (body) => [joined(body, ({ delta }) => delta?.content)],
  tools: {
    frames: (given, cut) => [
      chunk('{"role":"assistant","content":null}'),
      chunk('{"tool_calls":[{"index":0,"id":"call_kit","type":"function","function":{"name":"note","arguments":""}}]}'),
      ...cut(JSON.stringify(given)).map((piece) => chunk(`{"tool_calls":[{"index":0,"function":{"arguments":"${escaped(piece)}"}}]}`)),
      chunk('{}', '"tool_calls"'),
      usageChunk + done,
    ],
    arguments: (body) => [joined(body, ({ delta }) => delta?.tool_calls?.[0]?.function.arguments)],
  },
};

export const openaiChat: KitDialect = {
  id: 'openai-chat',
  method: 'POST',
  answersText: true,
  path: () => '/v1/chat/completions',
  requestBody: (model, text, stream) =>
    `{ "seed": 12345678901234567890, "temperature":1.0,\n  "messages":[{"role":"user","content":"${escaped(text)}"},\t{"role":"assistant","content":"caf\\u00e9 \\/ x"},` +
    `{"content":"${escaped(text)}","role":"user"}],"tools":[{"type":"function","function":{"name":"note","parameters":${oddSchema}}}],` +
    `"logit_bias":{"10":1e0,"9":-1},"model":"${model}"${stream ? ', "stream" : true' : ''} }`,
  upstream: {
    whole: (text) =>
      `{"id":"chatcmpl-kit", "object":"chat.completion","created":1700000000,"model":"kit","choices":[{"index":0,"message":{"role":"assistant","content":"${escaped(text)}","refusal":null},"finish_reason":"stop","10":1.0,"9":12345678901234567890}],\n"usage":${usage}}`,
    wholeText: (body) => (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '',
    userText: (body) => (JSON.parse(body) as { messages: { content: string }[] }).messages[0]?.content ?? '',
    errorBody: openaiErrorBody,
    stream: chatStream,
  },
};

const completionOf = (members: string): string =>
  `{"id":"cmpl-kit","object":"text_completion","created":1700000000,"model":"kit",${members}}`;
const completion = (text: string, finish: string): string =>
  completionOf(`"choices":[{"text":"${escaped(text)}","index":0, "logprobs":null,"finish_reason":${finish}}]`);

export const openaiCompletions: KitDialect = {
  id: 'openai-completions',
  method: 'POST',
  answersText: true,
  path: () => '/v1/completions',
  requestBody: (model, text, stream) =>
    `{ "seed": 12345678901234567890, "temperature":1.0,\n  "prompt":"${escaped(text)}","suffix":"caf\\u00e9 \\/ x",` +
    `"logit_bias":{"10":1e0,"9":-1},"model":"${model}"${stream ? ', "stream" : true' : ''} }`,
  upstream: {
    whole: (text) =>
      completionOf(`"choices":[{"text":"${escaped(text)}","finish_reason":"stop","index":0,"10":1.0,"9":1e0}],\n"usage":${usage}`),
    wholeText: (body) => (JSON.parse(body) as { choices: { text: string }[] }).choices[0]?.text ?? '',
    userText: (body) => (JSON.parse(body) as { prompt: string }).prompt,
    errorBody: openaiErrorBody,
    stream: {
      frames: (pieces) => ({
        beginning: unnamed(completion('', 'null')),
        pieces: pieces.map((piece) => unnamed(completion(piece, 'null'))),
        end: unnamed(completion('', '"stop"')) + unnamed(completionOf(`"choices":[],"usage":${usage}`)) + done,
      }),
      errorFrame,
      texts: (body) => [joined(body, ({ text }) => text)],
      tools: undefined,
    },
  },
};
