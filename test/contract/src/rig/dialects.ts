/** A dialect as its clients and providers speak it: what the kit needs to ask, to answer and to read. Plain data and pure functions. */
export interface KitDialect {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly streams: boolean;
  /** Whether answers hold text, so that a plugin can give one itself and change one of the upstream's. */
  readonly answersText: boolean;
  /** `undefined` for dialects whose answer is the gateway's own. */
  readonly upstream: UpstreamFormat | undefined;
  requestBody(model: string, text: string, stream: boolean): string;
}

/** Texts are put in as the content of JSON strings, escaped by `escaped`. */
export interface UpstreamFormat {
  whole(text: string): string;
  /** The text of a whole answer. */
  wholeText(body: string): string;
  /** What the user said in a request that reached the upstream. */
  userText(body: string): string;
  /** A streamed answer as frames: a beginning, one frame per piece, an end. */
  frames(pieces: readonly string[]): Frames;
  errorFrame(): string;
  /** The text of a streamed answer as a client puts it together. */
  streamText(body: string): string;
  /** A streamed call of a tool whose arguments come in these pieces; `undefined` where there are no tools. */
  toolFrames(pieces: readonly string[]): readonly string[] | undefined;
  toolArguments(body: string): string;
}

export interface Frames {
  readonly beginning: string;
  readonly pieces: readonly string[];
  readonly end: string;
}

/** A text as it stands between the quotes of a JSON string. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

interface ChatDelta {
  readonly content?: string;
  readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
}

const chunk = (delta: string, finish = 'null'): string =>
  `data: {"id":"chatcmpl-kit","object":"chat.completion.chunk","created":1700000000,"model":"kit","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]}\n\n`;
const usage = '{"prompt_tokens":7,"completion_tokens":11,"total_tokens":18}';
const usageFrame = `data: {"id":"chatcmpl-kit","object":"chat.completion.chunk","created":1700000000,"model":"kit","choices":[],"usage":${usage}}\n\n`;
const role = chunk('{"role":"assistant","content":""}');

const openaiChat: KitDialect = {
  id: 'openai-chat',
  method: 'POST',
  path: '/v1/chat/completions',
  streams: true,
  answersText: true,
  // Written so that no parser and serialiser would write it again in the same way.
  requestBody: (model, text, stream) =>
    `{ "seed": 12345678901234567890, "temperature":1.0,\n  "messages":[{"role":"user","content":"${escaped(text)}"},\t{"role":"assistant","content":"caf\\u00e9 \\/ x"},` +
    `{"content":"${escaped(text)}","role":"user"}],"logit_bias":{"10":1e0,"9":-1},"model":"${model}"${stream ? ', "stream" : true' : ''} }`,
  upstream: {
    whole: (text) =>
      `{"id":"chatcmpl-kit", "object":"chat.completion","created":1700000000,"model":"kit","choices":[{"index":0,"message":{"role":"assistant","content":"${escaped(text)}","refusal":null},"finish_reason":"stop","10":1.0,"9":12345678901234567890}],\n"usage":${usage}}`,
    wholeText: (body) => (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '',
    userText: (body) => (JSON.parse(body) as { messages: { content: string }[] }).messages[0]?.content ?? '',
    frames: (pieces) => ({
      beginning: role,
      pieces: pieces.map((piece) => chunk(`{"content":"${escaped(piece)}"}`)),
      end: `${chunk('{}', '"stop"')}${usageFrame}data: [DONE]\n\n`,
    }),
    errorFrame: () => 'data: {"error":{"message":"kit-upstream-failed","type":"server_error","code":null}}\n\n',
    streamText: (body) => deltasOf(body, ({ content }) => content),
    toolFrames: (pieces) => [
      chunk('{"role":"assistant","content":null}'),
      chunk('{"tool_calls":[{"index":0,"id":"call_kit","type":"function","function":{"name":"note","arguments":""}}]}'),
      ...pieces.map((piece) => chunk(`{"tool_calls":[{"index":0,"function":{"arguments":"${escaped(piece)}"}}]}`)),
      chunk('{}', '"tool_calls"'),
      `${usageFrame}data: [DONE]\n\n`,
    ],
    toolArguments: (body) => deltasOf(body, ({ tool_calls }) => tool_calls?.[0]?.function.arguments),
  },
};

function deltasOf(body: string, read: (delta: ChatDelta) => string | undefined): string {
  let text = '';
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const { choices } = JSON.parse(line.slice('data: '.length)) as { choices?: { delta: ChatDelta }[] };
    const delta = choices?.[0]?.delta;
    if (delta !== undefined) text += read(delta) ?? '';
  }
  return text;
}

const openaiEmbeddings: KitDialect = {
  id: 'openai-embeddings',
  method: 'POST',
  path: '/v1/embeddings',
  streams: false,
  answersText: false,
  requestBody: (model, text) =>
    `{ "dimensions":3, "input":["${escaped(text)}" , "caf\\u00e9 \\/ x"],"10":1.0,"9":[1e0],"model":"${model}" }`,
  upstream: {
    whole: () =>
      `{"object":"list", "data":[{"object":"embedding","index":0,"embedding":[0.10,-1e-7,1.0]}],"model":"kit","usage":{"prompt_tokens":7,"total_tokens":7}}`,
    wholeText: () => '',
    userText: (body) => (JSON.parse(body) as { input: string[] }).input[0] ?? '',
    frames: () => ({ beginning: '', pieces: [], end: '' }),
    errorFrame: () => '',
    streamText: () => '',
    toolFrames: () => undefined,
    toolArguments: () => '',
  },
};

const openaiModels: KitDialect = {
  id: 'openai-models',
  method: 'GET',
  path: '/v1/models',
  streams: false,
  answersText: false,
  upstream: undefined,
  requestBody: () => '',
};

/** Every dialect of the core. */
export const dialects: readonly KitDialect[] = [openaiChat, openaiEmbeddings, openaiModels];
