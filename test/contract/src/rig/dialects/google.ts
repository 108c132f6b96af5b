import { framesIn, unnamed } from './frames.ts';
import { escaped, failed, type KitDialect, oddSchema, type StreamFormat, type ToolArguments } from './kit-dialect.ts';

// Google's formats. The model stands in the path, and so does whether to stream. A stream is made of answers, without names and
// without an end mark: its library drops events that begin with a name, and throws on `[DONE]`.

const headers = { 'x-goog-api-client': 'google-genai-sdk/3.1.0 gl-node/v24.0.0' };
const at = (model: string, verb: string): string => `/v1beta/models/${model}:${verb}`;

const errorBody = `{"error":{"code":500,"message":"${failed}","status":"INTERNAL"}}`;

/** Signed: it must come back unchanged, digits and all. */
const signature = '"thoughtSignature":"CikBg12\\/34+56=="';

const usage = '"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":6,"thoughtsTokenCount":5,"totalTokenCount":18}';
const answer = (parts: string, finish = ''): string =>
  `{"candidates":[{"content":{"parts":[${parts}],"role":"model"}${finish}, "index":0}],${usage},"modelVersion":"kit","responseId":"kit10"}`;
const textPart = (text: string): string => `{"text":"${escaped(text)}"}`;
const callPart = (members: string): string => `{"functionCall":{${members}}}`;
const stopped = ',"finishReason":"STOP"';

interface PartialArgument {
  readonly jsonPath: string;
  readonly stringValue?: string;
  readonly numberValue?: number;
}

interface FunctionCall {
  readonly args?: unknown;
  readonly partialArgs?: readonly PartialArgument[];
}

interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly functionCall?: FunctionCall;
}

function partsOf(json: string): readonly Part[] {
  const { candidates } = JSON.parse(json) as { candidates?: readonly { readonly content?: { readonly parts?: readonly Part[] } }[] };
  return candidates?.[0]?.content?.parts ?? [];
}

function streamedParts(body: string): Part[] {
  return framesIn(body).flatMap(({ dataFirst, data }) => (dataFirst ? partsOf(data) : []));
}

const textOf = (parts: readonly Part[]): string => parts.map(({ text = '', thought }) => (thought ? '' : text)).join('');

/** Vertex streams arguments value by value; each piece says which value it goes on with. */
function partialFrames({ first, count, list }: ToolArguments, cut: (text: string) => readonly string[]): string[] {
  const streamedText = (path: string, text: string): string[] => [
    ...cut(text).map((piece) => `"jsonPath":"${path}","stringValue":"${escaped(piece)}","willContinue":true`),
    `"jsonPath":"${path}","stringValue":""`,
  ];
  const pieces = [
    ...streamedText('$.first', first),
    `"jsonPath":"$.count","numberValue":${count}`,
    ...list.flatMap((text, index) => streamedText(`$.list[${index}]`, text)),
  ];
  return [
    callPart('"name":"note","willContinue":true'),
    ...pieces.map((piece) => callPart(`"partialArgs":[{${piece}}],"willContinue":true`)),
    callPart(''),
  ].map((part) => unnamed(answer(part)));
}

/** Arguments that came in pieces, put together. */
function assembled(pieces: readonly PartialArgument[]): string {
  const valueAt = (path: string): string => pieces.map(({ jsonPath, stringValue = '' }) => (jsonPath === path ? stringValue : '')).join('');
  const count = pieces.find(({ jsonPath }) => jsonPath === '$.count')?.numberValue;
  return JSON.stringify({ first: valueAt('$.first'), count, list: [valueAt('$.list[0]'), valueAt('$.list[1]')] });
}

const stream: StreamFormat = {
  frames: (pieces) => ({
    beginning: unnamed(answer(`{"text":"Let me see.","thought":true},{"text":"",${signature}}`)),
    pieces: pieces.map((piece) => unnamed(answer(textPart(piece)))),
    end: unnamed(answer('{"text":""}', stopped)),
  }),
  errorFrame: unnamed(errorBody),
  texts: (body) => [textOf(streamedParts(body))],
  tools: {
    // One call in pieces, as Vertex streams it when asked, and one whole, as it comes otherwise.
    frames: (given, cut) => [
      ...partialFrames(given, cut),
      unnamed(answer(`{"functionCall":{"name":"note","args":${JSON.stringify(given)}},${signature}}`)),
      unnamed(answer('{"text":""}', stopped)),
    ],
    arguments: (body) => {
      const calls = streamedParts(body).flatMap(({ functionCall }) => functionCall ?? []);
      const whole = calls.flatMap(({ args }) => (args === undefined ? [] : [JSON.stringify(args)]));
      return [assembled(calls.flatMap(({ partialArgs }) => partialArgs ?? [])), ...whole];
    },
  },
};

const contents = (text: string): string =>
  `"contents":[{"role":"user","parts":[${textPart(text)}]},\t{"role":"model","parts":[{"text":"caf\\u00e9 \\/ x",${signature}}]},` +
  `{"parts":[${textPart(text)}],"role":"user"}],"tools":[{"functionDeclarations":[{"name":"note","parametersJsonSchema":${oddSchema}}]}]`;

interface Asked {
  readonly contents: readonly { readonly parts: readonly Part[] }[];
}

interface Embedded {
  readonly content: { readonly parts: readonly Part[] };
}

const firstText = (content: { readonly parts: readonly Part[] } | undefined): string => content?.parts[0]?.text ?? '';

export const googleGenerateContent: KitDialect = {
  id: 'google-generate-content',
  method: 'POST',
  headers,
  answersText: true,
  path: (model, streamed) => at(model, streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'),
  requestBody: (_model, text) =>
    `{ ${contents(text)},\n "generationConfig":{"temperature":1.0,"max_output_tokens":64},"10":1e0,"9":12345678901234567890 }`,
  upstream: {
    whole: (text) =>
      answer(`{"text":"Let me see.","thought":true},{"text":"${escaped(text)}",${signature}}`, `${stopped},"10":1.0,"9":1e0`),
    wholeText: (body) => textOf(partsOf(body)),
    userText: (body) => firstText((JSON.parse(body) as Asked).contents[0]),
    errorBody,
    stream,
  },
};

/** Answers with numbers. */
function counting(
  id: string,
  verb: string,
  format: Pick<KitDialect, 'requestBody'> & { whole: string; userText(body: string): string },
): KitDialect {
  const { requestBody, whole, userText } = format;
  return {
    id,
    method: 'POST',
    headers,
    answersText: false,
    path: (model) => at(model, verb),
    requestBody,
    upstream: { whole: () => whole, wholeText: () => '', userText, errorBody, stream: undefined },
  };
}

export const googleCountTokens = counting('google-count-tokens', 'countTokens', {
  requestBody: (model, text) => `{ "generateContentRequest":{ "model":"models/${model}", ${contents(text)}} }`,
  whole: '{ "totalTokens":17,"promptTokensDetails":[{"modality":"TEXT","tokenCount":17}]}',
  userText: (body) => firstText((JSON.parse(body) as { generateContentRequest: Asked }).generateContentRequest.contents[0]),
});

const embedding = (model: string, text: string): string =>
  `{"model":"models/${model}","content":{"parts":[${textPart(text)} , {"text":"caf\\u00e9 \\/ x"}]},"output_dimensionality":3,"10":1.0,"9":[1e0]}`;

export const googleEmbedContent = counting('google-embed-content', 'embedContent', {
  requestBody: embedding,
  whole: '{"embedding":{ "values":[0.10,-1e-7,1.0]},"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}}',
  userText: (body) => firstText((JSON.parse(body) as Embedded).content),
});

export const googleBatchEmbedContents = counting('google-batch-embed-contents', 'batchEmbedContents', {
  requestBody: (model, text) => `{ "requests":[${embedding(model, text)},\t${embedding(model, text)}] }`,
  whole: '{"embeddings":[{ "values":[0.10,-1e-7,1.0]},{"values":[1e0]}]}',
  userText: (body) => firstText((JSON.parse(body) as { requests: Embedded[] }).requests[0]?.content),
});

export const googleModels: KitDialect = {
  id: 'google-models',
  method: 'GET',
  headers,
  answersText: false,
  path: () => '/v1/models',
  requestBody: () => '',
  upstream: undefined,
};
